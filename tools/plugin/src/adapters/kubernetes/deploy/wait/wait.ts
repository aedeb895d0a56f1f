import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentFault } from '../../../../model/deploy/deployment-record.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import type { RolloutResult, WaitOptions } from '../../../../ports/cluster.ts';
import { explainApiError } from '../../client/api-error.ts';
import type { KubernetesApi } from '../../client/api.ts';
import type { NamespaceApi } from '../../client/namespace-client.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evidenceOf } from './evidence.ts';
import { followedBy } from './followed-objects.ts';
import { listAndWatch } from './list-and-watch.ts';
import { evaluateRollout, type RolloutStatus, type RolloutTarget } from './evaluate-rollout.ts';
import { mayBeOf } from './pods/pod-events.ts';
import { PodReplacements } from './old-pods/replace-pods.ts';
import { isGatewayRoute } from '../../../../model/observe/route-status.ts';
import { rouseController } from './rouse-controller.ts';
import { stalledLine } from './stalled-line.ts';
import { nothingKnown, reduceRollout, type RolloutEvent, type RolloutState } from './rollout-state.ts';

/** Milliseconds without progress after which the obstacle is named, and controllers are roused. */
const usualStallMs = 10_000;
/** Milliseconds that are waited for what rouses controllers when the wait is over. */
const mostRousingMs = 2_000;
/** Milliseconds of judging after which there is no rest. */
const quickMs = 10;
/** How many times as long as judging takes nothing is judged afterwards: locks are renewed in between. */
const restOfTime = 9;
/** Milliseconds of such a rest at most. */
const longestRest = 500;
/** How a wait differs from the usual, for those who look into it. */
export interface WaitDetails {
  /** Sees everything that the watches tell, to be recorded. */
  readonly onEvent?: (event: RolloutEvent, at: number) => void;
  readonly stallMs?: number;
}

/** Watches workloads until all are as they were applied, or one is certain not to become so. */
export async function waitForRollouts(
  place: NamespaceApi,
  targets: readonly RolloutTarget[],
  options: RolloutWaitOptions,
  { onEvent = () => {}, stallMs = usualStallMs }: WaitDetails = {},
): Promise<RolloutResult> {
  if (targets.length === 0) return { state: 'ready' };
  const stop = new AbortController();
  let rousing = async () => {};
  try {
    return await new Promise<RolloutResult>((resolve, reject) => {
      const rollouts = new Rollouts(place, targets, { ...options, stallMs }, { end: resolve, fail: reject });
      rousing = () => rollouts.untilRoused();
      const started = performance.now();
      for (const followed of targets.flatMap((target) => followedBy(target.object, place.namespace))) {
        listAndWatch(place.api, followed, stop.signal, (event) => {
          onEvent(event, Math.round(performance.now() - started));
          rollouts.take(event);
        }).catch(reject);
      }
      rollouts.start(stop.signal);
    });
  } catch (error) {
    throw explainApiError(error, 'watch the rollout', place.api);
  } finally {
    stop.abort();
    await rousing();
  }
}

/** How rollouts are waited for, and whether pods that are in their way are deleted. */
export interface RolloutWaitOptions extends WaitOptions {
  /** Deletes pods, fenced by the lock of the service; none is deleted when it is omitted. */
  readonly writer?: KubernetesApi;
}

/** The ways in which a wait ends. */
interface WaitEnd {
  end(result: RolloutResult): void;
  /** Ends it by an error. */
  fail(error: unknown): void;
}

/** A rollout that came to nothing, and what shows it. */
interface FailedRollout {
  readonly state: 'failed' | 'timed-out' | 'vanished';
  readonly reason: string;
  readonly suspects: readonly KubernetesObject[];
  readonly fault?: DeploymentFault | undefined;
}

type StallingOptions = RolloutWaitOptions & Required<Pick<WaitDetails, 'stallMs'>>;

/** The state of each workload's rollout, and the end of the wait. */
class Rollouts {
  private readonly place: NamespaceApi;
  private readonly options: StallingOptions;
  private readonly waitEnd: WaitEnd;
  private readonly replacements: PodReplacements | undefined;
  private readonly targets: readonly RolloutTarget[];
  private state: RolloutState = nothingKnown;
  private readonly lines = new Map<RolloutTarget, string>();
  /** Those whose change the cluster has seen. */
  private readonly seen = new Set<RolloutTarget>();
  /** Obstacles that were named, by workload and kind. */
  private readonly named = new Set<string>();
  private isJudging = false;
  /** When it may be judged again, on the clock of `performance`. */
  private nextAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly stall: NodeJS.Timeout;
  private isStallTold = false;
  private rousing: Promise<unknown> = Promise.resolve();
  private startedAt = performance.now();
  private ended = false;

  constructor(place: NamespaceApi, targets: readonly RolloutTarget[], options: StallingOptions, waitEnd: WaitEnd) {
    this.place = place;
    this.targets = targets;
    this.options = options;
    this.waitEnd = waitEnd;
    this.stall = setTimeout(() => this.onStall(), options.stallMs);
    this.replacements =
      options.writer &&
      new PodReplacements(
        { api: options.writer, namespace: place.namespace },
        {
          tell: (line) => options.onProgress(line),
          onChanged: () => this.judge(),
          onError: (error) => waitEnd.fail(error),
        },
      );
  }

  start(stopped: AbortSignal): void {
    this.startedAt = performance.now();
    const { timeoutMs, signal } = this.options;
    const deadline = setTimeout(() => this.timeOut(), timeoutMs);
    const interrupt = () => {
      const reason = `Waiting for ${this.targets.map(({ object }) => describeObject(object)).join(', ')} was interrupted.`;
      void this.finish({ state: 'interrupted', reason, evidence: [] });
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    stopped.addEventListener('abort', () => {
      clearTimeout(deadline);
      clearTimeout(this.timer);
      clearTimeout(this.stall);
      signal?.removeEventListener('abort', interrupt);
    });
    if (signal?.aborted) interrupt();
  }

  take(event: RolloutEvent): void {
    if (this.ended || !this.concernsUs(event)) return;
    this.state = reduceRollout(this.state, event, performance.now());
    // Once for all that arrives together: to judge a thousand pods takes longer than to read one event.
    if (this.isJudging) return;
    this.isJudging = true;
    const judge = () => {
      this.isJudging = false;
      const begun = performance.now();
      this.judge();
      const took = performance.now() - begun;
      this.nextAt = took < quickMs ? 0 : performance.now() + Math.min(took * restOfTime, longestRest);
    };
    const rest = this.nextAt - performance.now();
    // The immediate one is for rollouts that are judged in no time: nearly all.
    if (rest < 1) setImmediate(judge);
    else setTimeout(judge, rest);
  }

  /** Reports whether it is about these workloads: events come of all pods of the namespace. */
  private concernsUs(event: RolloutEvent): boolean {
    if (event.type === 'listed' || event.object.kind !== 'Event') return true;
    const { object } = event;
    return this.targets.some((target) => mayBeOf(object, target.object));
  }

  private judgements(): { target: RolloutTarget; judgement: RolloutStatus }[] {
    const patience = { ...usualPatience, ...this.options.patience };
    const replacesPods = this.replacements?.mayReplace ?? false;
    return this.targets.map((target) => ({
      target,
      judgement: evaluateRollout(this.state, { ...target, replacesPods }, performance.now(), patience),
    }));
  }

  private judge(): void {
    if (this.ended) return;
    const judgements = this.judgements();
    for (const { target, judgement } of judgements) {
      if (judgement.state !== 'ready' && judgement.state !== 'waiting') {
        void this.fail(target, judgement);
        return;
      }
      if (!this.isWithoutProgress(target, judgement) && this.lines.get(target) !== judgement.line) {
        this.lines.set(target, judgement.line);
        this.isStallTold = false;
        this.stall.refresh();
        this.options.onProgress(`${describeObject(target.object)}: ${judgement.line}`);
      }
      this.nameObstacle(target, judgement);
      if (judgement.state === 'waiting')
        this.replacements?.replace(judgement.replaceable ?? [], describeObject(target.object));
    }
    if (judgements.every(({ judgement }) => judgement.state === 'ready')) {
      const keptPods = judgements.flatMap(({ judgement }) =>
        judgement.state === 'ready' ? (judgement.kept ?? []) : [],
      );
      void this.finish({ state: 'ready', ...(keptPods.length > 0 ? { keptPods } : {}) });
    }
    const times = judgements.flatMap(({ judgement }) => (judgement.state === 'waiting' ? (judgement.again ?? []) : []));
    clearTimeout(this.timer);
    if (times.length > 0)
      this.timer = setTimeout(() => this.judge(), Math.max(10, Math.min(...times) - performance.now() + 5));
  }

  /** Reports whether a judgement is no news: of a route, or while a later generation than ours is not seen yet. */
  private isWithoutProgress(target: RolloutTarget, judgement: RolloutStatus): boolean {
    if (judgement.state !== 'waiting') return false;
    // A route has only obstacles and an end.
    if (isGatewayRoute(target.object)) return true;
    // An annotation makes a generation, too: that which rouses its controller, and any of somebody else.
    if (judgement.isUnseen) return this.seen.has(target);
    this.seen.add(target);
    return false;
  }

  /** Says at once, and once for each kind, what is not part of every start. */
  private nameObstacle({ object }: RolloutTarget, judgement: RolloutStatus): void {
    if (judgement.state !== 'waiting' || judgement.obstacle === undefined || judgement.isUsual === true) return;
    const name = describeObject(object);
    // Pods come and go, and messages have addresses in them.
    const key = `${name} ${judgement.obstacle.replaceAll(/\bPod \S+/g, 'Pod').slice(0, 60)}`;
    if (this.named.has(key)) return;
    this.named.add(key);
    this.options.onProgress(`${name}: waiting: ${judgement.obstacle}`);
  }

  /** Says once what is in the way when nothing has moved for a while, and rouses who may have fallen asleep. */
  private onStall(): void {
    if (this.ended) return;
    const left = this.startedAt + this.options.timeoutMs - performance.now();
    for (const { target, judgement } of this.judgements()) {
      const line = stalledLine(judgement, left);
      if (line !== undefined && !this.isStallTold) this.options.onProgress(`${describeObject(target.object)}: ${line}`);
      if (this.isKnown(target) && isForControllers(judgement)) this.rouse(target);
    }
    this.isStallTold = true;
    this.stall.refresh();
  }

  /** Reports whether all that may be in the way of a workload has been told. */
  private isKnown({ object }: RolloutTarget): boolean {
    const followed = followedBy(object, this.place.namespace);
    return followed.every(({ optional, kind, list = kind }) => optional || this.state.listed.has(list));
  }

  private rouse({ object }: RolloutTarget): void {
    // What it lacks comes by itself where it may not be touched, or cannot be now.
    const roused = rouseController(this.place, object).catch(() => undefined);
    this.rousing = Promise.all([this.rousing, roused]);
  }

  /** Waits until what was begun to rouse controllers has left no trace, unless the cluster does not answer. */
  async untilRoused(): Promise<void> {
    const enough = new AbortController();
    await Promise.race([
      this.rousing,
      pause(mostRousingMs, undefined, { signal: enough.signal }).catch(() => undefined),
    ]);
    enough.abort();
  }

  private timeOut(): void {
    const seconds = Math.round(this.options.timeoutMs / 100) / 10;
    for (const { target, judgement } of this.judgements()) {
      if (judgement.state !== 'waiting') continue;
      const obstacle = judgement.obstacle === undefined ? '' : ` ${judgement.obstacle}`;
      const reason = `${describeObject(target.object)} was not ready after ${seconds} s: ${judgement.line}.${obstacle}`;
      void this.fail(target, { ...judgement, state: 'timed-out', reason });
      return;
    }
  }

  private async fail(target: RolloutTarget, { state, reason, suspects, fault }: FailedRollout): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    const { api, namespace } = this.place;
    const name = target.object.metadata.name;
    const evidence = await evidenceOf(api, namespace, name, suspects).catch(() => []);
    await this.settle({ state, reason, evidence, ...(fault === undefined ? {} : { fault }) });
  }

  private async finish(result: RolloutResult): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.settle(result);
  }

  /** Ends it when nothing is written any more: what follows must not be overtaken by it. */
  private async settle(result: RolloutResult): Promise<void> {
    await this.replacements?.settle();
    const replacedPods = this.replacements?.done ?? [];
    this.waitEnd.end(replacedPods.length > 0 ? { ...result, replacedPods } : result);
  }
}

/** Reports whether it is for a controller to do something, or to try it again: no pod is in the way. */
function isForControllers(judgement: RolloutStatus): boolean {
  return judgement.state === 'waiting' && judgement.suspects.every(({ kind }) => kind === 'ReplicaSet');
}
