import { setTimeout as pause } from 'node:timers/promises';
import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { DeployerOrder } from './deployer.ts';
import { disturbanceNames, Tally, type Disturbance } from './disturbances/disturbance.ts';
import type { Say } from './progress.ts';
import type { DeployerResult } from './run-deployer.ts';
import type { Site } from './site.ts';

/** Seconds within which the same command must have ended well: a dead holder's lock takes 15 of them. */
const mostRecovery = 60;
/** Milliseconds for which a cluster may still be busy with what a disturbance did to it. */
const settleMs = 60_000;

/** One namespace, in which one disturbance follows the other. */
export class Lane {
  readonly site: Site;
  longestRecovery = 0;
  readonly tallies = Object.fromEntries(disturbanceNames.map((name) => [name, new Tally()])) as Readonly<
    Record<Disturbance, Tally>
  >;
  private readonly builds: readonly BuildNumber[];
  private readonly say: Say;
  private next = 0;
  private current: Disturbance = 'kill';
  private told = '';
  /** The newest record that is known. */
  private seen = 0;

  constructor(site: Site, builds: readonly BuildNumber[], say: Say) {
    this.site = site;
    this.builds = builds;
    this.say = say;
  }

  async begin(): Promise<void> {
    await this.site.runWell('k8s-deploy', this.builds[this.next]!);
    await this.site.startProber();
  }

  /** Counts the answers of the API server in an undisturbed deploy and rollback. */
  async countAnswers(): Promise<Readonly<Record<DeployerOrder['command'], number>>> {
    const before = this.build;
    this.site.proxy.watchAnswers();
    await this.site.runWell('k8s-deploy', this.further());
    const deploy = this.site.proxy.count;
    this.site.proxy.watchAnswers();
    await this.site.runWell('rollback', before);
    return { 'k8s-deploy': deploy, rollback: this.site.proxy.count };
  }

  /**
   * Does one round of a disturbance.
   * @param told what happens.
   * @param disturb tells whether it came to that.
   */
  async round(name: Disturbance, told: string, disturb: () => Promise<boolean>): Promise<void> {
    this.current = name;
    this.tell(told);
    if (await disturb()) this.tally.rounds++;
    const records = await this.site.records();
    for (const { sequence, cause, outcome, release, reason } of records) {
      if (sequence <= this.seen) continue;
      const line = `${this.told}: ${release.buildNumber}: ${reason ?? cause.reason}`;
      if (cause.action === 'automatic-rollback' || outcome === 'failed') this.note(this.tally.rolledBack, line);
    }
    this.seen = Math.max(this.seen, ...records.map(({ sequence }) => sequence));
  }

  /** Says more exactly what happens in the round that goes on. */
  tell(told: string): void {
    this.told = told;
    this.site.doing = `${this.current}: ${told}`;
  }

  /** Prepares for a command. @returns the build that it is given: for a rollback, one that is newer has been deployed. */
  async prepare(command: DeployerOrder['command']): Promise<BuildNumber> {
    const before = this.build;
    const build = this.further();
    this.site.proxy.watchAnswers();
    if (command === 'k8s-deploy') return build;
    await this.site.runWell('k8s-deploy', build);
    return before;
  }

  /** Runs the same command again, which must end well, whatever became of the first. */
  async runAgain(command: DeployerOrder['command'], target: BuildNumber): Promise<void> {
    const { told } = this;
    this.tell(`${told}, run again`);
    const again = await this.site.run(command, target);
    this.tell(told);
    this.longestRecovery = Math.max(this.longestRecovery, again.seconds);
    if (again.code !== 0) this.complain(`run again, it ended with ${again.code}:\n${again.output}`);
    if (again.seconds > mostRecovery) this.complain(`run again, it took ${again.seconds.toFixed(0)} s`);
    for (const problem of await this.site.problemsAfter(target)) this.complain(problem);
    if (again.code !== 0) await this.site.run('k8s-deploy', this.further());
  }

  /** Expects of a deployer that it endured what happened: its build runs. */
  async expectEndured(build: BuildNumber, result: DeployerResult): Promise<void> {
    this.expectEnd(result);
    if (result.code !== 0) return this.runAgain('k8s-deploy', build);
    const until = performance.now() + settleMs;
    let problems = await this.site.problemsAfter(build);
    // Pods that were evicted come back in their own time.
    while (problems.length > 0 && performance.now() < until) {
      await pause(1_000);
      problems = await this.site.problemsAfter(build);
    }
    for (const problem of problems) this.complain(problem);
  }

  expectEnd({ code, output }: DeployerResult): void {
    if (code !== 0) this.complain(`ended with ${code ?? 'nothing'}:\n${output}`);
  }

  complain(problem: string): void {
    this.note(this.tally.stuck, `${this.told}: ${problem}`);
  }

  /** The build that was taken last. */
  get build(): BuildNumber {
    return this.builds[this.next]!;
  }

  /** Takes the next build. */
  further(): BuildNumber {
    this.next++;
    return this.build;
  }

  private note(lines: string[], line: string): void {
    lines.push(line);
    this.say(line);
  }

  private get tally(): Tally {
    return this.tallies[this.current];
  }
}
