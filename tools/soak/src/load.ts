import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { median } from '../../bench/src/timing.ts';
import { runningDigests } from '../../scratch-workspace/src/state/cluster-state.ts';
import { HeldRequests } from '../../load/src/held-requests.ts';
import { describeFailed, Prober, type FailedRequest } from '../../load/src/prober.ts';
import type { Say } from './progress.ts';
import { addressesOf, isWholeStream, soakService, type SoakWorkspace } from './soak-workspace.ts';
import { ensureWrk, KeptConnections } from '../../load/src/wrk.ts';

/** How much of it. */
export interface LoadSizes {
  /** Releases; each is followed by a rollback. */
  readonly releases: number;
  /** Requests that are sent meanwhile, at least. */
  readonly requests: number;
  /** Minutes after which it ends, whatever is left. */
  readonly mostMinutes: number;
}

/** Figures of a load run. */
export interface LoadFigures {
  readonly releases: number;
  readonly rollbacks: number;
  /** Requests by how they were sent. */
  readonly requests: Readonly<Record<'kept' | 'fresh' | 'slow' | 'streams', number>>;
  /** Each with what, when, and during what. */
  readonly failed: readonly string[];
  /** Rollouts that did not end well, and what was cut short. */
  readonly wrong: readonly string[];
  readonly seconds: number;
  /** Seconds of one release, and of one rollback, with Nx: the middle ones. */
  readonly rolloutSeconds: Readonly<Record<'release' | 'rollback', number>>;
}

/** Connections that are kept, and the milliseconds that each waits between an answer and its next request. */
const kept = { direct: { connections: 24, pause: 3 }, gateway: { connections: 8, pause: 3 } };
/** Milliseconds between two requests over connections of their own. */
const freshEvery = 20;
/** Of each kind, to each address. */
const heldAtOnce = { slow: 4, streams: 4 };

/** Releases and rolls back with the real commands, while requests of all kinds are sent to the service. */
export async function load(
  soak: SoakWorkspace,
  { releases, requests, mostMinutes }: LoadSizes,
  say: Say,
): Promise<LoadFigures> {
  await ensureWrk();
  let traffic: Traffic | undefined;
  try {
    const images = [soak.first, await soak.release(2)];
    // Every release is a new build; they have the content of the two images in turns.
    const builds = await soak.tagBuilds(releases + 1, images);
    const namespace = soak.workspace.namespace('preprod');
    const rollouts = new Rollouts(soak);
    const before = builds[0]!;
    await rollouts.release(before);
    traffic = await Traffic.start(namespace, () => rollouts.doing);
    const started = Date.now();
    const isLate = () => Date.now() - started > mostMinutes * 60_000;
    for (let round = 1; round <= releases && !isLate(); round++) {
      await rollouts.release(builds[round]!);
      await rollouts.rollBack(before);
      const { total, failed } = traffic.figures;
      say(`${round} of ${releases} releases and rollbacks, ${total} requests, ${failed.length} failed`);
      for (const failure of failed.slice(-3)) say(describeFailed(failure));
      rollouts.doing = 'nothing';
      // The load is spread over all of the rollouts.
      while (traffic.figures.total < (requests / releases) * (round - 0.5) && !isLate()) await pause(1_000);
    }
    while (traffic.figures.total < requests && !isLate()) await pause(1_000);
    await traffic.stop();
    const { total, failed, byKind } = traffic.figures;
    const wrong = [...rollouts.wrong];
    if (total < requests || rollouts.times.rollback.length < releases)
      wrong.push(`It ended after ${mostMinutes} minutes, with ${total} of ${requests} requests.`);
    return {
      // The first began before the load.
      releases: rollouts.times.release.length - 1,
      rollbacks: rollouts.times.rollback.length,
      requests: byKind,
      failed: failed.map(describeFailed),
      wrong,
      seconds: (Date.now() - started) / 1000,
      rolloutSeconds: { release: median(rollouts.times.release), rollback: median(rollouts.times.rollback) },
    };
  } finally {
    await traffic?.stop();
  }
}

/** Requests of all kinds, through the gateway and straight through the service's node port. */
class Traffic {
  private readonly kept: readonly KeptConnections[];
  private readonly fresh: Prober;
  private readonly slow: HeldRequests;
  private readonly streams: HeldRequests;

  private constructor(gateway: { url: string; host: string }, direct: { url: string }, during: () => string) {
    const at = (path: string) => [{ ...gateway, url: `${gateway.url}${path}` }, { url: `${direct.url}${path}` }];
    const [byGateway, straight] = at('/quick') as [{ url: string; host: string }, { url: string }];
    this.kept = [
      new KeptConnections(straight, kept.direct.connections, kept.direct.pause, during),
      new KeptConnections(byGateway, kept.gateway.connections, kept.gateway.pause, during),
    ];
    this.fresh = new Prober(at('/quick'), freshEvery, during);
    this.slow = new HeldRequests(at('/slow'), heldAtOnce.slow, during);
    this.streams = new HeldRequests(at('/stream'), heldAtOnce.streams, during, isWholeStream);
  }

  static async start(namespace: string, during: () => string): Promise<Traffic> {
    const { gateway, direct } = await addressesOf(namespace);
    return new Traffic(gateway, direct, during);
  }

  get figures(): { total: number; failed: readonly FailedRequest[]; byKind: LoadFigures['requests'] } {
    const parts = { fresh: this.fresh.figures, slow: this.slow.figures, streams: this.streams.figures };
    const requests = this.kept.reduce((sum, { figures }) => sum + figures.requests, 0);
    const byKind = {
      kept: requests,
      fresh: parts.fresh.requests,
      slow: parts.slow.requests,
      streams: parts.streams.requests,
    };
    return {
      total: Object.values(byKind).reduce((sum, count) => sum + count, 0),
      failed: [
        ...this.kept.flatMap(({ figures }) => figures.failed),
        ...Object.values(parts).flatMap(({ failed }) => failed),
      ],
      byKind,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.kept, this.fresh, this.slow, this.streams].map((part) => part.stop()));
  }
}

/** The rollouts, by `nx run soak:k8s-deploy` and `nx run soak:rollback`. */
class Rollouts {
  /** The current operation. */
  doing = 'nothing';
  readonly wrong: string[] = [];
  readonly times: Record<'release' | 'rollback', number[]> = { release: [], rollback: [] };
  private readonly soak: SoakWorkspace;

  constructor(soak: SoakWorkspace) {
    this.soak = soak;
  }

  release(build: BuildNumber): Promise<void> {
    return this.run('release', 'k8s-deploy', build);
  }

  rollBack(build: BuildNumber): Promise<void> {
    return this.run('rollback', 'rollback', build);
  }

  private async run(what: 'release' | 'rollback', target: string, build: BuildNumber): Promise<void> {
    const { workspace } = this.soak;
    this.doing = `${what} of ${build}`;
    const started = performance.now();
    const { code, output } = await workspace.nx(['run', `${soakService}:${target}`, '--env=preprod', `--tag=${build}`]);
    this.times[what].push((performance.now() - started) / 1000);
    if (code !== 0 || !output.includes(`${soakService} ${build}: runs in preprod`))
      this.wrong.push(`${this.doing} ended with ${code}:\n${output.trim()}`);
    const running = await runningDigests(soakService, workspace.namespace('preprod'));
    const wanted = this.soak.digestOf(build);
    if (running.length !== 1 || running[0] !== wanted)
      this.wrong.push(`${this.doing}: ${running.join(', ')} runs, not ${wanted}`);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
