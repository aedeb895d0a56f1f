import type { DeploymentFault } from '../../../../model/deploy/deployment-record.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';
import { containersOf, isCronJob } from '../../../../model/manifests/rules/pod-templates.ts';
import { howToResume, isPaused } from '../../../../model/manifests/rules/paused.ts';
import { scheduledRunsOf } from '../../../../model/observe/scheduled-runs.ts';
import { patienceOf, type RolloutPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { isGatewayRoute, routeObstacle } from '../../../../model/observe/route-status.ts';
import { progressOf, type RolloutProgress } from './rollout-progress.ts';
import { troubleIn, type RolloutTrouble } from './rollout-trouble.ts';
import { conditionsOf } from './conditions.ts';
import { describeKept, duePods, podsInTheWay } from './old-pods/pods-in-the-way.ts';
import { keyOf, knowsPodsOf, wasListed, type RolloutState } from './rollout-state.ts';

/*
 * A rollout is ready when, for the generation that we applied or a later one:
 *
 * 1. Deployment: as many new pods as wanted exist, none of an older ReplicaSet is left, and all are available.
 * 2. StatefulSet: all pods are ready, there are as many as wanted, and those above the partition are of the new revision.
 * 3. DaemonSet: all nodes that should have a pod have a new one, and all are available.
 *    With the strategy OnDelete (2, 3) people replace the pods, so that old ones count.
 *
 * What is learned does this:
 *
 * 4. The workload is not there: `vanished`; waited for until it has been listed once.
 * 5. Another uid: `vanished`; it was deleted and recreated.
 * 6. An older observed generation: waiting.
 * 7. Another image than ours: `failed`; another client has changed it.
 * 8. It is paused: waiting, with that as the obstacle.
 * 9. A pod of our own ReplicaSet or revision crashes more often than allowed: `failed`. An init container or sidecar has
 *    the grace, too.
 * 10. Only a change mends it (an invalid name, an image that its registry does not have, a policy's refusal): `failed`.
 * 11. Its image, configuration or start fails, or it cannot be created, for longer than the grace: `failed`, but for what
 *    the release itself still brings, or a pod that drains makes room for.
 * 12. It has any other trouble: waiting, with that as the obstacle.
 * 13. The cluster gives up on our generation (ProgressDeadlineExceeded): `failed`.
 *
 * A CronJob is ready when it is there with the images that were applied: its runs begin when it is time for them.
 *
 * A route (HTTPRoute, GRPCRoute) is ready when each of its gateways says `Accepted`, and none that `ResolvedRefs` is false,
 * of the generation that is there; one that is not for the grace has failed.
 *
 * Pods of older revisions count for nothing, but for one of a StatefulSet that is in the way of the new ones: see
 * pods-in-the-way.ts. Those that OnDelete or a partition keep are told when all is ready.
 */

/** A workload as it was applied: what is waited for. */
export interface RolloutTarget {
  readonly object: KubernetesObject;
  /** Of the object that was applied; another one of the same name is somebody else's. */
  readonly uid?: string;
  /** The generation after our change; older events belong to an older rollout. */
  readonly generation?: number;
  /** Objects of the release that make others, such as an ExternalSecret: what they name comes later than the pods. */
  readonly makers?: readonly KubernetesObject[];
  /** True when pods that are in the way are deleted by whoever waits. */
  readonly replacesPods?: boolean;
}

export type RolloutStatus =
  | {
      readonly state: 'ready';
      readonly line: string;
      /** Which pods keep an older revision, and why, as a sentence. */
      readonly kept?: string | undefined;
    }
  | {
      readonly state: 'waiting';
      /** `1 of 3 pods ready`. */
      readonly line: string;
      /** The message if time were up now. */
      readonly obstacle: string | undefined;
      readonly suspects: readonly KubernetesObject[];
      /** When to judge again even if nothing is told until then. */
      readonly again: number | undefined;
      /** True when most starts have this obstacle for a while. */
      readonly isUsual?: boolean;
      /** The fault if time were up now. */
      readonly fault?: DeploymentFault | undefined;
      /** Broken pods of older revisions, to be deleted now: nothing else replaces them. */
      readonly replaceable?: readonly KubernetesObject[];
      /** True while nothing is known of the generation that is there. */
      readonly isUnseen?: boolean;
    }
  | {
      readonly state: 'failed' | 'vanished';
      /** A sentence. */
      readonly reason: string;
      readonly fault?: DeploymentFault | undefined;
      /** Pods, or what should have made them, that show it. */
      readonly suspects: readonly KubernetesObject[];
    };

/** Evaluates a rollout by what is known of it, by the rules at the head of this file. */
export function evaluateRollout(
  state: RolloutState,
  target: RolloutTarget,
  at: number,
  patience: RolloutPatience,
): RolloutStatus {
  const name = describeObject(target.object);
  const live = state.objects.get(keyOf(target.object));
  if (!live) {
    if (!wasListed(state, target.object)) return unseen('waiting for the cluster');
    return { state: 'vanished', reason: `${name} was deleted during the rollout.`, suspects: [] };
  }
  if (target.uid !== undefined && live.metadata['uid'] !== target.uid)
    return { state: 'vanished', reason: `${name} was deleted and recreated during the rollout.`, suspects: [live] };
  if (isGatewayRoute(live)) return evaluateRoute(state, live, at, patience);
  // Its controller does not tell which generation it has seen.
  if (!isCronJob(live) && !isSeen(live, target)) return unseen('waiting for the cluster to see the change');
  const changed = changedImage(target.object, live);
  if (changed !== undefined)
    return {
      state: 'failed',
      reason: `${name} was changed by another client during the rollout: ${changed}.`,
      suspects: [live],
    };
  if (isCronJob(live)) return { state: 'ready', line: scheduleLine(live) };

  const progress = progressOf(live);
  if (progress.done) return evaluateReady(state, live, progress);
  if (isPaused(live))
    return waiting(progress.line, `It is paused, so that nothing is rolled out. ${howToResume(live)}`, [live]);
  const { makers = [], replacesPods = false } = target;
  const ownPatience = { ...patience, ...patienceOf(target.object) };
  const inTheWay = podsInTheWay(state, live, state.events, ownPatience.graceMs);
  const trouble = troubleIn(state, { live, makers, inTheWay, replacesPods }, at, ownPatience);
  if (trouble?.state === 'over')
    return { ...trouble, state: 'failed', reason: `${name} does not become ready: ${trouble.reason}` };
  const late = evaluateDeadline(state, live, progress, trouble);
  if (late) return late;
  const { obstacle, suspects = [], isUsual = false, fault } = trouble ?? {};
  const replacements = replacesPods ? duePods(inTheWay, at) : { pods: [], again: Infinity };
  const soonest = Math.min(trouble?.again ?? Infinity, replacements.again);
  const again = soonest === Infinity ? undefined : soonest;
  const { pods: replaceable } = replacements;
  return { state: 'waiting', line: progress.line, obstacle, suspects, again, isUsual, replaceable, fault };
}

/** All is ready; pods that keep an older revision are told, which takes that they are known. */
function evaluateReady(state: RolloutState, live: KubernetesObject, { line, kept }: RolloutProgress): RolloutStatus {
  if (kept > 0 && !knowsPodsOf(state, live)) return waiting(line, undefined);
  return { state: 'ready', line, kept: describeKept(state, live, kept) };
}

/** The cluster has given up on this generation, and not on one before it. */
function evaluateDeadline(
  state: RolloutState,
  live: KubernetesObject,
  { line }: RolloutProgress,
  trouble: Extract<RolloutTrouble, { state: 'pending' }> | undefined,
): RolloutStatus | undefined {
  const late = conditionsOf(live).find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (!late || state.stale.get(String(live.metadata['uid'])) === (late.lastUpdateTime ?? '')) return undefined;
  const obstacle = trouble === undefined ? '' : ` ${trouble.obstacle}`;
  const reason = `${describeObject(live)} exceeded its progress deadline (${line}).${obstacle}`;
  return { state: 'failed', reason, suspects: trouble?.suspects ?? [live], fault: trouble?.fault };
}

/** Returns what becomes of a CronJob that was applied, as a clause. */
function scheduleLine(live: KubernetesObject): string {
  const { schedule, isSuspended, active } = scheduledRunsOf(live, undefined);
  const others = active === 0 ? '' : `; ${active === 1 ? '1 run continues' : `${active} runs continue`} as begun`;
  const next = isSuspended
    ? 'is suspended, so that nothing runs until it is resumed'
    : 'the next run will be of this build';
  return `${next} (${schedule})${others}`;
}

/** A route is done when its gateways take it; one that refuses may not have heard of a listener or a Service yet. */
function evaluateRoute(
  state: RolloutState,
  live: KubernetesObject,
  at: number,
  { graceMs }: RolloutPatience,
): RolloutStatus {
  const obstacle = routeObstacle(live);
  if (obstacle === undefined) return { state: 'ready', line: 'accepted' };
  const { says, isRefused } = obstacle;
  const end = (state.troubles.get(String(live.metadata['uid']))?.since ?? at) + graceMs;
  if (end <= at)
    return { state: 'failed', reason: `${describeObject(live)} is not in effect: ${says}`, suspects: [live] };
  const line = 'waiting for its gateway';
  return { state: 'waiting', line, obstacle: says, suspects: [live], again: end, isUsual: !isRefused };
}

function waiting(
  line: string,
  obstacle: string | undefined,
  suspects: readonly KubernetesObject[] = [],
  again?: number,
): RolloutStatus {
  return { state: 'waiting', line, obstacle, suspects, again };
}

function unseen(line: string): RolloutStatus {
  return { state: 'waiting', line, obstacle: undefined, suspects: [], again: undefined, isUnseen: true };
}

/** Reports whether the cluster's status is of what was applied, or of something later. */
function isSeen(live: KubernetesObject, target: RolloutTarget): boolean {
  const generation = Math.max(target.generation ?? 0, Number(live.metadata['generation'] ?? 0));
  return Number(fieldAt(live, 'status', 'observedGeneration') ?? 0) >= generation;
}

/** A container whose image is not the one that we applied. */
function changedImage(applied: KubernetesObject, live: KubernetesObject): string | undefined {
  const images = new Map(containersOf(live).map(({ name, image }) => [name, image]));
  const other = containersOf(applied).find(({ name, image }) => image !== undefined && images.get(name) !== image);
  return other && `container ${String(other['name'])} has the image ${String(images.get(other['name']))}`;
}
