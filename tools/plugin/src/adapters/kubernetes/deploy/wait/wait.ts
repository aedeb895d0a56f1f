import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import type { RolloutResult, WaitOptions } from '../../../../ports/cluster.ts';
import { explainApiError } from '../../client/api-error.ts';
import type { NamespaceApi } from '../../client/namespace-client.ts';
import { collectionPath } from '../../client/resources.ts';
import { labelSelectorOf } from '../../observe/running.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evidenceOf } from './evidence.ts';
import { listAndWatch, type Followed } from './list-and-watch.ts';
import { evaluateRollout, type RolloutStatus, type RolloutTarget } from './evaluate-rollout.ts';
import { isGatewayRoute } from './route-status.ts';
import { stalledLine } from './stalled-line.ts';
import { keyOf, nothingKnown, reduceRollout, type RolloutEvent, type RolloutState } from './rollout-state.ts';

/** Milliseconds without progress after which the obstacle is named. */
const stallMs = 10_000;
const plurals: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  HTTPRoute: 'httproutes',
  GRPCRoute: 'grpcroutes',
};

/**
 * Watches workloads until all are as they were applied, or one is certain not to become so.
 * @param onEvent sees everything that the watches tell, to be recorded.
 */
export async function waitForRollouts(
  place: NamespaceApi,
  targets: readonly RolloutTarget[],
  options: WaitOptions,
  onEvent: (event: RolloutEvent, at: number) => void = () => {},
): Promise<RolloutResult> {
  if (targets.length === 0) return { state: 'ready' };
  const stop = new AbortController();
  try {
    return await new Promise<RolloutResult>((resolve, reject) => {
      const rollouts = new Rollouts(place, targets, options, resolve);
      const started = Date.now();
      for (const followed of targets.flatMap((target) => followedBy(target.object, place.namespace))) {
        listAndWatch(place.api, followed, stop.signal, (event) => {
          onEvent(event, Date.now() - started);
          rollouts.take(event);
        }).catch(reject);
      }
      rollouts.start(stop.signal);
    });
  } catch (error) {
    throw explainApiError(error, 'watch the rollout', place.api);
  } finally {
    stop.abort();
  }
}

/** The workload by its name, and what it makes by its selector. */
function followedBy(object: KubernetesObject, namespace: string): Followed[] {
  const workloadList = keyOf(object);
  const listOf = (kind: string) => `${kind}s of ${workloadList}`;
  const workload = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    path: collectionPath(object.apiVersion, plurals[object.kind]!, namespace),
    query: { fieldSelector: `metadata.name=${object.metadata.name}` },
    list: workloadList,
  };
  if (isGatewayRoute(object)) return [workload];
  const selector = { labelSelector: labelSelectorOf(object) };
  const pods = {
    apiVersion: 'v1',
    kind: 'Pod',
    path: collectionPath('v1', 'pods', namespace),
    query: selector,
    list: listOf('Pod'),
  };
  const sets = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    path: collectionPath('apps/v1', 'replicasets', namespace),
    query: selector,
    list: listOf('ReplicaSet'),
  };
  // Of all pods of the namespace, because what is selected by is in no event; who may not see them goes without.
  const events = {
    apiVersion: 'v1',
    kind: 'Event',
    path: collectionPath('v1', 'events', namespace),
    query: { fieldSelector: 'involvedObject.kind=Pod,type=Warning' },
    list: listOf('Event'),
    optional: true,
  };
  return object.kind === 'Deployment' ? [workload, sets, pods, events] : [workload, pods, events];
}

/** The state of each workload's rollout, and the end of the wait. */
class Rollouts {
  private readonly place: NamespaceApi;
  private readonly options: WaitOptions;
  private readonly end: (result: RolloutResult) => void;
  private readonly targets: readonly RolloutTarget[];
  private state: RolloutState = nothingKnown;
  private readonly lines = new Map<RolloutTarget, string>();
  /** Obstacles that were named, by workload and kind. */
  private readonly named = new Set<string>();
  private isJudging = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly stall = setTimeout(() => this.tellStall(), stallMs);
  private startedAt = Date.now();
  private ended = false;

  constructor(
    place: NamespaceApi,
    targets: readonly RolloutTarget[],
    options: WaitOptions,
    end: (result: RolloutResult) => void,
  ) {
    this.place = place;
    this.targets = targets;
    this.options = options;
    this.end = end;
  }

  start(stopped: AbortSignal): void {
    this.startedAt = Date.now();
    const { timeoutMs, signal } = this.options;
    const deadline = setTimeout(() => this.timeOut(), timeoutMs);
    const interrupt = () => {
      const reason = `Waiting for ${this.targets.map(({ object }) => describeObject(object)).join(', ')} was interrupted.`;
      this.finish({ state: 'interrupted', reason, evidence: [] });
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
    if (this.ended) return;
    this.state = reduceRollout(this.state, event, Date.now());
    // Once for all that arrives together: to judge a thousand pods takes longer than to read one event.
    if (this.isJudging) return;
    this.isJudging = true;
    setImmediate(() => {
      this.isJudging = false;
      this.judge();
    });
  }

  private judgements(): { target: RolloutTarget; judgement: RolloutStatus }[] {
    const patience = { ...usualPatience, ...this.options.patience };
    return this.targets.map((target) => ({
      target,
      judgement: evaluateRollout(this.state, target, Date.now(), patience),
    }));
  }

  private judge(): void {
    if (this.ended) return;
    const judgements = this.judgements();
    for (const { target, judgement } of judgements) {
      if (judgement.state !== 'ready' && judgement.state !== 'waiting') {
        void this.fail(target, judgement.state, judgement.reason, judgement.suspects);
        return;
      }
      // A route has no progress, only obstacles and an end.
      const isWithoutProgress = judgement.state === 'waiting' && isGatewayRoute(target.object);
      if (!isWithoutProgress && this.lines.get(target) !== judgement.line) {
        this.lines.set(target, judgement.line);
        this.stall.refresh();
        this.options.onProgress(`${describeObject(target.object)}: ${judgement.line}`);
      }
      this.nameObstacle(target, judgement);
    }
    if (judgements.every(({ judgement }) => judgement.state === 'ready')) this.finish({ state: 'ready' });
    const times = judgements.flatMap(({ judgement }) => (judgement.state === 'waiting' ? (judgement.again ?? []) : []));
    clearTimeout(this.timer);
    if (times.length > 0)
      this.timer = setTimeout(() => this.judge(), Math.max(10, Math.min(...times) - Date.now() + 5));
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

  /** Says once what is in the way, when nothing has moved for a while. */
  private tellStall(): void {
    if (this.ended) return;
    const left = this.startedAt + this.options.timeoutMs - Date.now();
    for (const { target, judgement } of this.judgements()) {
      const line = stalledLine(judgement, left);
      if (line !== undefined) this.options.onProgress(`${describeObject(target.object)}: ${line}`);
    }
  }

  private timeOut(): void {
    const seconds = Math.round(this.options.timeoutMs / 100) / 10;
    for (const { target, judgement } of this.judgements()) {
      if (judgement.state !== 'waiting') continue;
      const obstacle = judgement.obstacle === undefined ? '' : ` ${judgement.obstacle}`;
      const reason = `${describeObject(target.object)} was not ready after ${seconds} s: ${judgement.line}.${obstacle}`;
      void this.fail(target, 'timed-out', reason, judgement.suspects);
      return;
    }
  }

  private async fail(
    target: RolloutTarget,
    state: 'failed' | 'timed-out' | 'vanished',
    reason: string,
    suspects: readonly KubernetesObject[],
  ): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    const { api, namespace } = this.place;
    const name = target.object.metadata.name;
    const evidence = await evidenceOf(api, namespace, name, suspects).catch(() => []);
    this.end({ state, reason, evidence });
  }

  private finish(result: RolloutResult): void {
    if (this.ended) return;
    this.ended = true;
    this.end(result);
  }
}
