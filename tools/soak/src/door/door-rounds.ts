import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../../../bench/src/timing.ts';
import type { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type { DeployerOrder } from '../deployer.ts';
import { momentsOf, type Moment, type Moments } from '../moments.ts';
import type { Say } from '../progress.ts';
import type { DeployerResult } from '../run-deployer.ts';
import type { Site } from '../site.ts';
import { soakService } from '../soak-workspace.ts';
import type { CallFigures, ToCaller } from './caller.ts';
import { Calls } from './calls.ts';
import type { DescribedBuilds, Version } from './described-builds.ts';
import type { SimulatedDoor } from './simulated-door.ts';

/** How much of it. */
export interface DoorSizes {
  /** Calls that are made meanwhile, at least. */
  readonly requests: number;
  /** When a deployer is killed, in a release and in a rollback, by the answers of the door's management. */
  readonly kill: Moments;
  /** Minutes after which it ends, whatever is left. */
  readonly mostMinutes: number;
  /** Milliseconds from a switch until all of the door knows it. */
  readonly propagationMs: number;
}

/** Figures of a run. */
export interface DoorFigures extends CallFigures {
  readonly releases: number;
  readonly rollbacks: number;
  /** Deployers that were killed; the same command again is counted above. */
  readonly killed: Readonly<Record<DeployerOrder['command'], number>>;
  /** Answers of the door's management in an undisturbed release and rollback. */
  readonly answers: Readonly<Record<DeployerOrder['command'], number>>;
  /** How often clients got another revision. */
  readonly switches: number;
  /** What did not end well, or is not as it must be. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** Seconds of one release, and of one rollback, without Nx: the middle ones. */
  readonly rolloutSeconds: Readonly<Record<DeployerOrder['command'], number>>;
}

/** Calls that are under way at a time. */
const connections = 12;

type Command = DeployerOrder['command'];

/** A release of the version that has more, and a rollback to the build that has less, one after the other. */
export class DoorRounds {
  private readonly site: Site;
  private readonly instance: SimulatedDoor;
  private readonly builds: DescribedBuilds;
  private readonly say: Say;
  private readonly problems: string[] = [];
  private readonly seconds: Record<Command, number[]> = { 'k8s-deploy': [], rollback: [] };
  private readonly answers: Record<Command, number> = { 'k8s-deploy': 0, rollback: 0 };
  private readonly killed: Record<Command, number> = { 'k8s-deploy': 0, rollback: 0 };
  private readonly done: Record<Command, number> = { 'k8s-deploy': 0, rollback: 0 };
  private calls: Calls | undefined;
  private variables: Readonly<Record<string, string>> = {};
  /** Whereto every round comes back. */
  private base: BuildNumber | undefined;
  private switches = 0;
  private doing = 'nothing';

  constructor(site: Site, instance: SimulatedDoor, builds: DescribedBuilds, say: Say) {
    this.site = site;
    this.instance = instance;
    this.builds = builds;
    this.say = say;
  }

  /** Releases the first build, and has clients call it from then on. */
  async begin(): Promise<void> {
    this.variables = await this.instance.variables();
    const told: ToCaller[] = [];
    const tell = (message: ToCaller) => void (this.calls ? this.calls.tell(message) : told.push(message));
    this.base = await this.next(1, tell);
    await this.site.runWell('k8s-deploy', this.base, { variables: this.variables });
    const order = await this.instance.callers(soakService);
    await pause(order.propagationMs);
    this.instance.watch(soakService, {
      current: (at, revision) => {
        this.switches++;
        tell({ is: 'current', at, revision });
      },
      // Some of the door hears of it later.
      staged: (revision) => void pause(order.propagationMs).then(() => tell({ is: 'staged', revision })),
    });
    this.switches = 0;
    this.calls = await Calls.start({ ...order, connections }, () => this.doing, told);
  }

  async run({ requests, kill, mostMinutes }: DoorSizes): Promise<DoorFigures> {
    const calls = this.calls!;
    const started = performance.now();
    const isLate = () => performance.now() - started > mostMinutes * 60_000;
    const isDone = () => calls.figures.calls >= requests;
    // An undisturbed round is first, whose answers are counted.
    await this.round();
    const moments = {
      release: momentsOf('k8s-deploy', this.answers['k8s-deploy'], kill),
      rollback: momentsOf('rollback', this.answers.rollback, kill),
    };
    const toKill = () => moments.release.length + moments.rollback.length;
    while (!isLate() && (toKill() > 0 || !isDone())) {
      await this.round(moments.release.shift(), moments.rollback.shift());
      const { calls: count, failed, wrong } = calls.figures;
      this.say(`${toKill()} to be killed, ${count} of ${requests} calls, ${failed} failed, ${wrong} wrong`);
    }
    await calls.stop();
    const problems = [...this.problems, ...this.instance.complaints()];
    if (!isDone() || toKill() > 0)
      problems.push(`It ended after ${mostMinutes} minutes, with ${calls.figures.calls} of ${requests} calls.`);
    return {
      ...calls.figures,
      ...{ releases: this.done['k8s-deploy'], rollbacks: this.done.rollback },
      ...{ killed: this.killed, answers: this.answers, switches: this.switches, problems },
      seconds: (performance.now() - started) / 1000,
      rolloutSeconds: { 'k8s-deploy': median(this.seconds['k8s-deploy']), rollback: median(this.seconds.rollback) },
    };
  }

  /** Ends the calls, whatever is under way. */
  abandon(): void {
    this.calls?.kill();
  }

  /** @param release when the release is killed. @param rollback when the rollback is. */
  private async round(release?: Moment, rollback?: Moment): Promise<void> {
    const build = await this.next(2, (message) => this.calls!.tell(message));
    await this.put('k8s-deploy', build, release?.answer);
    await this.put('rollback', this.base!, rollback?.answer);
  }

  private async next(version: Version, tell: (message: ToCaller) => void): Promise<BuildNumber> {
    const build = await this.builds.further(version);
    tell({ is: 'build', build: build.toString(), version });
    return build;
  }

  /** Runs a command, which must end well; the same again, where it was killed. */
  private async put(command: Command, build: BuildNumber, answer: number | undefined): Promise<void> {
    this.doing = `${command} of ${build}${answer === undefined ? '' : `, killed after answer ${answer}`}`;
    const first = await this.runUntil(command, build, answer);
    const isKilled = first.code === undefined;
    if (isKilled) this.killed[command]++;
    else this.seconds[command].push(first.seconds);
    // One that needed fewer answers this time ended by itself.
    const result = isKilled && answer !== undefined ? await this.runUntil(command, build, undefined) : first;
    this.done[command]++;
    if (result.code !== 0) this.complain(`ended with ${result.code}:\n${result.output}`);
    if (answer === undefined) this.answers[command] = this.instance.answers;
    for (const problem of await this.site.problemsAfter(build)) this.complain(problem);
    const current = await this.instance.current(soakService);
    if (current !== build.toString()) this.complain(`clients get revision ${current} when it was put in`);
  }

  /** @param answer of the door's management after which it is killed. */
  private async runUntil(command: Command, build: BuildNumber, answer: number | undefined): Promise<DeployerResult> {
    let deployer: ChildProcess | undefined;
    this.instance.answers = 0;
    this.instance.afterAnswer = (number, line) => {
      if (number !== answer) return;
      this.doing += ` (${line})`;
      deployer?.kill('SIGKILL');
    };
    const { variables } = this;
    const result = await this.site.run(command, build, { variables, onStart: (child) => (deployer = child) });
    this.instance.afterAnswer = () => {};
    return result;
  }

  private complain(problem: string): void {
    this.problems.push(`${this.doing}: ${problem}`);
    this.say(this.problems.at(-1)!);
  }
}
