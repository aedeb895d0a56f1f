import type { ChildProcess } from 'node:child_process';
import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { describeFailed } from '../../load/src/prober.ts';
import type { DeployerOrder } from './deployer.ts';
import type { Say } from './progress.ts';
import { Deployers, type DeployerResult } from './run-deployer.ts';
import { Site } from './site.ts';
import type { SoakWorkspace } from './soak-workspace.ts';

/** How much of it. */
export interface ChaosSizes {
  /**
   * After which answers of the API server the deployer is killed: after every one, or at these parts of a run, from 0
   * (the first) to 1 (the last).
   */
  readonly kills: 'all' | readonly number[];
  /** After which answers of the API server the deployer is suspended for longer than its lock lasts; likewise. */
  readonly suspensions: 'all' | readonly number[];
  /** Namespaces in which it happens at the same time: most of the time, a dead holder's lock is waited for. */
  readonly sites: number;
  /** True when the network is lost as well. */
  readonly network: boolean;
}

/** Figures of a chaos run. */
export interface ChaosFigures {
  /** Answers of the API server in an undisturbed deploy and rollback. */
  readonly answers: Readonly<Record<DeployerOrder['command'], number>>;
  /** How many deployers were killed. */
  readonly killed: number;
  /** How many deployers were suspended while another took over. */
  readonly suspended: number;
  /** Times the network was lost. */
  readonly networkLosses: number;
  readonly requests: number;
  /** Requests that failed; each with what, when, and during what. */
  readonly lost: readonly string[];
  /** The violations that remain after the same command had been run again or before. */
  readonly stuck: readonly string[];
  /** Seconds that the same command took when it was run again, the longest. */
  readonly longestRecovery: number;
}

interface Case {
  readonly command: DeployerOrder['command'];
  /** The answer after which the deployer is killed, or suspended. */
  readonly answer: number;
}

/** Seconds within which the same command must have ended well: a dead holder's lock takes 15 of them. */
const mostRecovery = 60;
/** An answer more than the undisturbed run had: some come with time. */
const further = 2;

/** Kills and suspends deployers after every answer of the API server, and takes the network away from others. */
export async function chaos(
  soak: SoakWorkspace,
  { kills, suspensions, sites, network }: ChaosSizes,
  say: Say,
): Promise<ChaosFigures> {
  const deployers = await Deployers.prepare();
  const opened: Site[] = [];
  const lost: string[] = [];
  let requests = 0;
  try {
    const builds = await soak.tagBuilds(kills === 'all' ? 600 : 40, [soak.first]);
    const lanes = await Promise.all(
      Array.from({ length: sites }, async (_, index) => {
        const site = await Site.open(`chaos-${index + 1}`, soak, deployers);
        opened.push(site);
        return new Lane(site, builds, say);
      }),
    );
    await Promise.all(lanes.map((lane) => lane.begin()));
    const answers = await lanes[0]!.countAnswers();
    say(`an undisturbed deploy has ${answers['k8s-deploy']} answers of the API server, a rollback ${answers.rollback}`);
    const waiting = [
      ...casesOf('k8s-deploy', answers['k8s-deploy'], kills),
      ...casesOf('rollback', answers.rollback, kills),
    ];
    const suspending = casesOf('k8s-deploy', answers['k8s-deploy'], suspensions);
    const all = waiting.length;
    const losses = network ? [4_000, 25_000] : [];
    let done = 0;
    await Promise.all(
      lanes.map(async (lane) => {
        for (;;) {
          const loss = losses.shift();
          const suspension = loss === undefined ? suspending.shift() : undefined;
          const next = loss === undefined && suspension === undefined ? waiting.shift() : undefined;
          if (loss !== undefined) await lane.loseNetwork(loss);
          else if (suspension) await lane.suspend(suspension);
          else if (next) {
            await lane.kill(next);
            if (++done % 10 === 0) say(`${done} of ${all} deployers killed`);
          } else return;
        }
      }),
    );
    for (const site of opened) {
      const { requests: sent, failed } = await site.close();
      requests += sent;
      lost.push(...failed.map(describeFailed));
    }
    return {
      answers,
      killed: sum(lanes.map(({ killed }) => killed)),
      suspended: sum(lanes.map(({ suspended }) => suspended)),
      networkLosses: sum(lanes.map(({ networkLosses }) => networkLosses)),
      requests,
      lost,
      stuck: lanes.flatMap(({ stuck }) => stuck),
      longestRecovery: Math.max(0, ...lanes.map(({ longestRecovery }) => longestRecovery)),
    };
  } finally {
    for (const site of opened) await site.close();
    deployers.remove();
  }
}

function casesOf(command: Case['command'], answers: number, kills: ChaosSizes['kills']): Case[] {
  const numbers =
    kills === 'all'
      ? Array.from({ length: answers + further }, (_, index) => index + 1)
      : kills.map((part) => Math.max(1, Math.round(part * answers)));
  return numbers.map((answer) => ({ command, answer }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** One namespace, in which one case follows the other. */
class Lane {
  killed = 0;
  suspended = 0;
  networkLosses = 0;
  longestRecovery = 0;
  readonly stuck: string[] = [];
  private readonly site: Site;
  private readonly builds: readonly BuildNumber[];
  private readonly say: Say;
  private next = 0;

  constructor(site: Site, builds: readonly BuildNumber[], say: Say) {
    this.site = site;
    this.builds = builds;
    this.say = say;
  }

  async begin(): Promise<void> {
    await this.site.runWell('k8s-deploy', this.builds[this.next]!);
    await this.site.startProber();
  }

  async countAnswers(): Promise<ChaosFigures['answers']> {
    const before = this.build;
    this.site.proxy.watchAnswers();
    await this.site.runWell('k8s-deploy', this.further());
    const deploy = this.site.proxy.count;
    this.site.proxy.watchAnswers();
    await this.site.runWell('rollback', before);
    return { 'k8s-deploy': deploy, rollback: this.site.proxy.count };
  }

  async kill({ command, answer }: Case): Promise<void> {
    const target = await this.prepare(command);
    const { proxy } = this.site;
    let deployer: ChildProcess | undefined;
    let after = '';
    proxy.watchAnswers(({ number, what }) => {
      if (number === answer) {
        after = what;
        deployer?.kill('SIGKILL');
      }
      return number < answer;
    });
    const told = `${command} killed after answer ${answer}`;
    this.site.doing = told;
    const first = await this.site.run(command, target, { onStart: (child) => (deployer = child) });
    proxy.watchAnswers();
    if (first.code === undefined && after !== '') this.killed++;
    // One that needed fewer answers this time ended by itself.
    else this.expectEnd(told, first);
    const described = `${told} (${after})`;
    for (const problem of await this.site.foreignProblems()) this.complain(described, problem);
    await this.runAgain(described, command, target);
  }

  /**
   * Suspends a deployer after an answer until another has taken its lock over and deployed a newer build, and wakes it then:
   * it must write nothing any more.
   */
  async suspend({ command, answer }: Case): Promise<void> {
    const target = await this.prepare(command);
    const { proxy } = this.site;
    const told = `${command} suspended after answer ${answer}`;
    this.site.doing = told;
    let deployer: ChildProcess | undefined;
    let running: ReturnType<Site['run']> | undefined;
    const after = await new Promise<string | undefined>((resolve) => {
      proxy.watchAnswers(({ number, what }) => {
        if (number !== answer) return true;
        deployer?.kill('SIGSTOP');
        resolve(what);
        return true;
      });
      running = this.site.run(command, target, { person: 'suspended', onStart: (child) => (deployer = child) });
      void running.finally(() => resolve(undefined));
    });
    proxy.watchAnswers();
    if (after === undefined) return this.expectEnd(told, await running!);
    this.suspended++;
    const described = `${told} (${after})`;
    const newer = this.further();
    try {
      await this.site.runWell('k8s-deploy', newer, { person: 'successor' });
      const versions = await this.site.versions({ locks: false });
      deployer?.kill('SIGCONT');
      const { code, output } = await running!;
      // Before it had the lock it is superseded; after it was done it says so.
      if (code !== 0 && !(code === 1 && output.includes('took it over')))
        this.complain(described, `it ended with ${code ?? 'nothing'}:\n${output}`);
      const written = (await this.site.versions({ locks: false })).filter((version) => !versions.includes(version));
      for (const version of written) this.complain(described, `it wrote ${version}`);
      for (const problem of await this.site.problemsAfter(newer)) this.complain(described, problem);
    } finally {
      deployer?.kill('SIGCONT');
    }
  }

  private expectEnd(told: string, { code, output }: DeployerResult): void {
    if (code !== 0) this.complain(told, `ended with ${code ?? 'nothing'} instead:\n${output}`);
  }

  /** Loses the network in the middle of a rollout: shorter than the deployer waits for it, or longer. */
  async loseNetwork(milliseconds: number): Promise<void> {
    const target = await this.prepare('k8s-deploy');
    const { proxy } = this.site;
    const told = `network lost for ${milliseconds / 1000} s`;
    this.site.doing = told;
    let losing: Promise<void> | undefined;
    proxy.watchAnswers(({ what }) => {
      // It has applied, and looks at what becomes of it.
      if (what.endsWith('/replicasets')) losing ??= proxy.loseNetwork(milliseconds);
      return losing === undefined;
    });
    // What is not passed on was lost with the network; what comes afterwards is passed on again.
    const first = await this.site.run('k8s-deploy', target, {
      onStart: () => void this.reopenWhenBack(() => losing),
    });
    await losing;
    proxy.watchAnswers();
    this.networkLosses++;
    const ended = `${told}: the deployer ended with ${first.code} after ${first.seconds.toFixed(1)} s`;
    this.say(`${ended}: ${first.output.trim().split('\n').at(-1)}`);
    const isShort = milliseconds < 10_000;
    if (losing === undefined) this.complain(told, 'it was never lost');
    if (isShort && first.code !== 0) this.complain(told, `ended with ${first.code}:\n${first.output}`);
    if (
      !isShort &&
      (first.code !== 1 || !/Could not .+: .+\n {2}hint: /.test(first.output) || /\n\s+at .*:\d+/.test(first.output))
    )
      this.complain(told, `no clear failure, exit code ${first.code}:\n${first.output}`);
    await this.runAgain(told, 'k8s-deploy', target);
  }

  private async reopenWhenBack(losing: () => Promise<void> | undefined): Promise<void> {
    while (losing() === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    await losing();
    this.site.proxy.watchAnswers();
  }

  private async prepare(command: Case['command']): Promise<BuildNumber> {
    const before = this.build;
    const build = this.further();
    if (command === 'k8s-deploy') return build;
    this.site.proxy.watchAnswers();
    this.site.doing = 'a deploy before a rollback';
    await this.site.runWell('k8s-deploy', build);
    return before;
  }

  private async runAgain(told: string, command: Case['command'], target: BuildNumber): Promise<void> {
    this.site.doing = `${told}, run again`;
    const again = await this.site.run(command, target);
    this.longestRecovery = Math.max(this.longestRecovery, again.seconds);
    if (again.code !== 0) this.complain(told, `run again, it ended with ${again.code}:\n${again.output}`);
    if (again.seconds > mostRecovery) this.complain(told, `run again, it took ${again.seconds.toFixed(0)} s`);
    for (const problem of await this.site.problemsAfter(target)) this.complain(told, problem);
    if (again.code !== 0) await this.site.run('k8s-deploy', this.further());
  }

  private complain(told: string, problem: string): void {
    const line = `${told}: ${problem}`;
    this.stuck.push(line);
    this.say(line);
  }

  private get build(): BuildNumber {
    return this.builds[this.next]!;
  }

  private further(): BuildNumber {
    this.next++;
    return this.build;
  }
}
