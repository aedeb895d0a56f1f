import { setTimeout as pause } from 'node:timers/promises';
import type { Release } from '../../../plugin/src/model/release/release.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import type { CommandResult } from '../../../scratch-workspace/src/run-command.ts';
import type { Say } from '../progress.ts';
import { oldSystemName } from './answerers.ts';
import type { GatewayCast, MainBuild } from './gateway-cast.ts';
import { mainService, sideService, type GatewayWorkspace, type ServiceName } from './gateway-workspace.ts';

/** How often what was done. */
export interface TurnCounts {
  releases: number;
  rollbacks: number;
  promoted: number;
  aborted: number;
  killed: number;
}

/** Builds that a round of the main service takes. */
const [buildsOfRound, sidesOfRound] = [5, 20];
/** Milliseconds in which a canary's share of the answers is counted. */
const countedMs = 5_000;
/** How long a share is judged: longer than it is counted. */
const judged = '--pause=10s';
/** A canary that nobody ends by itself. */
const held = '--pause=30m';

/** What is done with a service, with the real commands. */
abstract class Turns {
  /** The current operation. */
  doing = 'nothing';
  readonly wrong: string[] = [];
  protected readonly site: GatewayWorkspace;
  protected readonly cast: GatewayCast;
  private readonly service: ServiceName;
  private readonly say: Say;

  protected constructor(service: ServiceName, site: GatewayWorkspace, cast: GatewayCast, say: Say) {
    this.service = service;
    this.site = site;
    this.cast = cast;
    this.say = say;
  }

  protected begin(target: string, ...options: string[]) {
    return this.site.workspace.startNx(['run', `${this.service}:${target}`, ...options], { ownGroup: true });
  }

  protected async run(target: string, options: readonly string[], expected: RegExp): Promise<void> {
    const { ended } = await this.begin(target, ...options);
    this.expect(await ended, 0, expected);
  }

  /** Notes how a command ended that must have ended otherwise. */
  protected expect({ code, output }: CommandResult, wanted: number, expected: RegExp): void {
    const isRight = code === wanted && expected.test(output);
    if (!isRight) this.complain(`ended with ${code}, without ${expected}:\n${output.trim()}`);
  }

  protected complain(what: string): void {
    this.wrong.push(`${this.doing} ${what}`);
    this.say(this.wrong.at(-1)!);
  }

  protected async during(doing: string, work: () => Promise<void>): Promise<void> {
    const started = performance.now();
    this.doing = doing;
    await work();
    this.say(`${doing}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    this.doing = `after ${doing}`;
  }
}

/** Releases, rollbacks and canaries of the main service. */
export class MainTurns extends Turns {
  readonly counts: TurnCounts = { releases: 0, rollbacks: 0, promoted: 0, aborted: 0, killed: 0 };
  readonly shares = new Map<number, number[]>();
  private readonly builds: MainBuild[];
  /** Build that serves. */
  private current: MainBuild;

  private constructor(builds: readonly MainBuild[], ...rest: [GatewayWorkspace, GatewayCast, Say]) {
    super(mainService, ...rest);
    this.builds = [...builds];
    this.current = this.builds.shift()!;
  }

  /** Builds what is released: in turns without and with a second version of the API. */
  static async prepare(site: GatewayWorkspace, cast: GatewayCast, rounds: number, say: Say): Promise<MainTurns> {
    const first = await site.build(mainService, 'one version');
    site.addVersion();
    const images = [first, await site.build(mainService, 'two versions')];
    const releases = [...images, ...(await site.tag(rounds * buildsOfRound, images))];
    const builds = releases.map((release, index) => ({ release, hasVersion: index % 2 === 1 }));
    return new MainTurns(builds, site, cast, say);
  }

  /** Takes the service's path from the old system. */
  async first(): Promise<void> {
    const build = this.current;
    await this.release(build, 'the first release');
    await this.during('promoting', () => this.run('promote', ['--to=prod', '--dry-run'], /would promote/));
  }

  /** A release and back, and canaries that are promoted, killed, and ended by a command either way. */
  async round(): Promise<void> {
    const before = this.current;
    await this.release(this.next(), 'a release');
    await this.rollBack(before);
    await this.promoted(this.next());
    await this.killed(this.next());
    await this.aborted(this.next());
    await this.promotedByCommand(this.next());
  }

  private async release(build: MainBuild, what: string): Promise<void> {
    this.cast.comes(build);
    await this.during(`${what}, ${numberOf(build)}`, () =>
      this.run('k8s-deploy', onto(build), /runs in preprod .*0 of \d+ requests lost/),
    );
    this.counts.releases++;
    this.serves(build);
  }

  private async rollBack(build: MainBuild): Promise<void> {
    this.cast.comes(build);
    await this.during(`a rollback to ${numberOf(build)}`, () =>
      this.run('rollback', onto(build), /runs in preprod .*0 of \d+ requests lost/),
    );
    this.counts.rollbacks++;
    this.serves(build);
  }

  private promoted(build: MainBuild): Promise<void> {
    return this.during(`canary ${numberOf(build)}, promoted`, () => this.comesThrough(build));
  }

  /** Its deployer dies with the first share, and the same command goes on. */
  private killed(build: MainBuild): Promise<void> {
    return this.during(`canary ${numberOf(build)}, its deployer killed`, async () => {
      this.cast.canaryComes(build);
      const deploying = await this.begin('k8s-deploy', ...onto(build), '--canary=10%,50%', judged);
      await this.hasShare(build, 10, deploying.ended);
      deploying.end('SIGKILL');
      await deploying.ended;
      this.counts.killed++;
      // It stays as it is.
      await this.hasShare(build, 10);
      await this.comesThrough(build);
    });
  }

  private aborted(build: MainBuild): Promise<void> {
    return this.during(`canary ${numberOf(build)}, aborted`, async () => {
      this.cast.canaryComes(build);
      const deploying = await this.begin('k8s-deploy', ...onto(build), '--canary=50%', held);
      await this.hasShare(build, 50, deploying.ended);
      this.cast.canaryGoes();
      await this.run('canary', ['--abort', '--env=preprod'], /its canary is gone from preprod/);
      this.cast.canaryHasGone();
      this.expect(await deploying.ended, 1, /what served before serves all requests/);
      this.counts.aborted++;
    });
  }

  private promotedByCommand(build: MainBuild): Promise<void> {
    return this.during(`canary ${numberOf(build)}, promoted by a command`, async () => {
      this.cast.canaryComes(build);
      const deploying = await this.begin('k8s-deploy', ...onto(build), '--canary=10%', held);
      await this.hasShare(build, 10, deploying.ended);
      await this.run('canary', ['--promote', '--env=preprod'], /runs in preprod/);
      this.expect(await deploying.ended, 0, /runs in preprod .*0 of \d+ requests lost/);
      this.counts.promoted++;
      this.serves(build);
    });
  }

  /** Deploys a canary that is promoted after its shares. */
  private async comesThrough(build: MainBuild): Promise<void> {
    this.cast.canaryComes(build);
    const { ended } = await this.begin('k8s-deploy', ...onto(build), '--canary=10%,50%', judged);
    for (const share of [10, 50]) await this.hasShare(build, share, ended);
    this.expect(await ended, 0, /runs in preprod .*0 of \d+ requests lost/);
    this.counts.promoted++;
    this.serves(build);
  }

  /** Waits until a canary has a share, and counts its answers. @param ended of its deployer. */
  private async hasShare(build: MainBuild, share: number, ended?: Promise<unknown>): Promise<void> {
    let hasEnded = false;
    void ended?.finally(() => (hasEnded = true));
    while ((await this.weight()) !== share) {
      if (hasEnded) return this.complain(`ended without a share of ${share}%`);
      await pause(200);
    }
    this.cast.canaryIsThere();
    await pause(500); // By then the gateway has it, too.
    const before = this.cast.answersOf(build);
    await pause(countedMs);
    const after = this.cast.answersOf(build);
    const [own, all] = [after.own - before.own, after.all - before.all];
    const counted = (own * 100) / Math.max(1, all);
    this.shares.set(share, [...(this.shares.get(share) ?? []), counted]);
    // Six times what chance does to it, at the least.
    const most = 600 * Math.sqrt(((share / 100) * (1 - share / 100)) / Math.max(1, all));
    if (Math.abs(counted - share) > Math.max(most, share / 10))
      this.complain(`gave ${own} of ${all} answers with a share of ${share}%`);
  }

  /** Returns a canary's weight in the route. */
  private async weight(): Promise<number | undefined> {
    const namespace = `--namespace=${this.site.workspace.namespace('preprod')}`;
    const json = await kubectl(['get', 'httproute', mainService, namespace, '--output=json']);
    const { spec } = JSON.parse(json) as { spec: { rules: { backendRefs: { name: string; weight?: number }[] }[] } };
    return spec.rules[0]!.backendRefs.find(({ name }) => name === `${mainService}-canary`)?.weight;
  }

  private serves(build: MainBuild): void {
    this.current = build;
    this.cast.hasCome(build);
  }

  private next(): MainBuild {
    return this.builds.shift()!;
  }
}

/** The side service's route, which comes and goes. */
export class SideTurns extends Turns {
  /** How often it came or went. */
  count = 0;
  private readonly releases: readonly Release[];
  private readonly stopping = new AbortController();

  private constructor(releases: readonly Release[], ...rest: [GatewayWorkspace, GatewayCast, Say]) {
    super(sideService, ...rest);
    this.releases = releases;
  }

  /** Builds what is released: in turns with and without a route. */
  static async prepare(site: GatewayWorkspace, cast: GatewayCast, rounds: number, say: Say): Promise<SideTurns> {
    const first = await site.build(sideService, 'a route');
    site.removeRoute();
    const images = [first, await site.build(sideService, 'no route')];
    return new SideTurns([...images, ...(await site.tag(rounds * sidesOfRound, images))], site, cast, say);
  }

  /** Releases one after the other, until it is stopped. */
  async turn(): Promise<void> {
    let before = oldSystemName;
    for (const [index, { buildNumber }] of this.releases.entries()) {
      const isRouted = index % 2 === 0;
      const name = isRouted ? `${buildNumber}` : oldSystemName;
      // Without a route the path is the old system's; before that goes, the pods are already those of the new build.
      this.cast.side.also([name, `${buildNumber}`]);
      const doing = `${sideService} ${buildNumber}: its route ${isRouted ? 'comes' : 'goes'}`;
      const options = ['--env=preprod', `--tag=${buildNumber}`];
      await this.during(doing, () => this.run('k8s-deploy', options, /runs in preprod/));
      this.cast.side.soonOnly([name]);
      this.count++;
      before = name;
      if (this.stopping.signal.aborted) return;
      await pause(15_000, undefined, { signal: this.stopping.signal }).catch(() => {});
      if (this.stopping.signal.aborted) return;
    }
    this.complain(`ended with ${before}: there are no more of its builds`);
  }

  /** Lets what is being done come to its end. */
  stop(): void {
    this.stopping.abort();
  }
}

function onto(build: MainBuild): string[] {
  return ['--env=preprod', `--tag=${numberOf(build)}`];
}

function numberOf({ release }: MainBuild): string {
  return `${release.buildNumber}`;
}
