import type { DeploymentFault } from '../../../../model/deploy/deployment-record.ts';
import { scrub } from '../../../../model/secrets/line-scrubber.ts';
import { jobEnding } from '../../../../model/deploy/job-step.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../../../../model/manifests/source/object-fields.ts';
import { sentence } from '../../../../model/text/sentence.ts';
import type { RolloutTarget } from '../wait/evaluate-rollout.ts';
import { finalGraceMs } from '../wait/rollout-trouble.ts';
import { diagnosePod, longestMessage, type TroubleKind } from '../wait/pods/diagnose-pod.ts';
import { faultOf } from '../wait/pods/fault-of.ts';
import { conditionsOf } from '../wait/conditions.ts';
import { keyOf, wasListed, type RolloutState } from '../wait/rollout-state.ts';

export type JobJudgement =
  | { readonly state: 'succeeded' }
  | {
      readonly state: 'waiting';
      /** The message if time were up now. */
      readonly obstacle: string | undefined;
      /** When to judge again even if nothing is told until then. */
      readonly again: number | undefined;
      /** True when most starts have this obstacle for a moment. */
      readonly isUsual?: boolean;
    }
  | {
      readonly state: 'failed' | 'vanished';
      /** A sentence. */
      readonly reason: string;
      readonly fault?: DeploymentFault;
    };

/** Troubles in which no container starts, and that only a change ends. */
const hopelessKinds: readonly TroubleKind[] = ['image', 'config', 'start'];
/** Judges a Job by what is known of it and its pods. @param at milliseconds on the clock of the state. */
export function evaluateJob(
  state: RolloutState,
  { object, uid }: RolloutTarget,
  at: number,
  graceMs: number,
): JobJudgement {
  const name = describeObject(object);
  const live = state.objects.get(keyOf(object));
  if (!live) {
    if (!wasListed(state, object)) return { ...waiting('Nothing is known of it yet.'), isUsual: true };
    return { state: 'vanished', reason: `${name} was deleted while it ran.` };
  }
  if (uid !== undefined && live.metadata['uid'] !== uid)
    return { state: 'vanished', reason: `${name} was deleted and recreated while it ran.` };
  const ending = jobEnding(live);
  if (ending === 'succeeded') return { state: 'succeeded' };
  const pods = podsOf(state, live);
  if (ending === 'failed')
    return { state: 'failed', reason: `${name} failed: ${whyFailed(live, pods)}`, ...faultOfEnd(live, pods) };
  if (live.metadata['deletionTimestamp'] !== undefined)
    return { state: 'vanished', reason: `${name} is being deleted.` };
  if (fieldAt(live, 'spec', 'suspend') === true) return waiting('It is suspended (spec.suspend).');
  return judgePods(state, { name, live, pods, graceMs }, at);
}

/** The pods that a Job has made. */
export function podsOf(state: RolloutState, live: KubernetesObject): KubernetesObject[] {
  const uid = live.metadata['uid'];
  return [...state.objects.values()].filter(
    (object) =>
      object.kind === 'Pod' && listAt(object, 'metadata', 'ownerReferences').some((owner) => owner['uid'] === uid),
  );
}

interface JobPods {
  /** The Job's. */
  readonly name: string;
  readonly live: KubernetesObject;
  readonly pods: readonly KubernetesObject[];
  readonly graceMs: number;
}

function judgePods(state: RolloutState, { name, live, pods, graceMs }: JobPods, at: number): JobJudgement {
  let obstacle: string | undefined;
  let again: number | undefined;
  for (const pod of pods) {
    const trouble = diagnosePod(pod);
    if (!trouble || trouble.kind === 'unready') continue;
    const ended = trouble.kind === 'crash' ? howEnded(pod) : undefined;
    const says =
      ended ??
      `${describeObject(pod)} ${trouble.summary}${trouble.message === '' ? '.' : `: ${sentence(trouble.message, longestMessage)}`}`;
    obstacle ??= says;
    if (!hopelessKinds.includes(trouble.kind)) continue;
    const since = state.troubles.get(String(pod.metadata['uid']))?.since ?? at;
    const until = since + (trouble.permanent ? finalGraceMs : graceMs);
    if (until <= at) return { state: 'failed', reason: `${name} does not begin: ${says}`, ...faultOf(trouble, live) };
    again = Math.min(again ?? Infinity, until);
  }
  if (obstacle === undefined && pods.length === 0) return { ...waiting('It has no pod.'), isUsual: true };
  return waiting(obstacle, again);
}

function waiting(obstacle: string | undefined, again?: number): JobJudgement & { state: 'waiting' } {
  return { state: 'waiting', obstacle, again };
}

/** Why a Job has failed, in sentences: what ended its last pod, and what the cluster says unless it is only that. */
function whyFailed(live: KubernetesObject, pods: readonly KubernetesObject[]): string {
  const condition = conditionsOf(live).find(({ type, status }) => type === 'Failed' && status === 'True');
  const ends = pods.flatMap((pod) => howEnded(pod) ?? []);
  const isOnlyThat = condition?.reason === 'BackoffLimitExceeded' && ends.length > 0;
  const says = isOnlyThat
    ? []
    : [sentence(scrub(condition?.message ?? 'the cluster does not say why'), longestMessage)];
  return [...says, ...ends.slice(-1)].join(' ');
}

/** Returns whether a Job failed by what was built: by its container, and not because its time was over, say. */
function faultOfEnd(live: KubernetesObject, pods: readonly KubernetesObject[]): { readonly fault?: DeploymentFault } {
  const ended = pods.flatMap((pod) => diagnosePod(pod) ?? []).findLast(({ kind }) => kind === 'crash');
  return ended ? faultOf(ended, live) : {};
}

/** `Pod migrate-x: container orders exited with code 3.` of a pod in which a container failed. */
function howEnded(pod: KubernetesObject): string | undefined {
  const containers = ['initContainerStatuses', 'containerStatuses'].flatMap((list) => listAt(pod, 'status', list));
  for (const container of containers) {
    const ended = fieldAt(container, 'state', 'terminated') ?? fieldAt(container, 'lastState', 'terminated');
    const exitCode = fieldAt(ended, 'exitCode');
    if (ended === undefined || exitCode === 0) continue;
    const why = fieldAt(ended, 'reason') === 'OOMKilled' ? 'was OOM-killed' : `exited with code ${String(exitCode)}`;
    const message = scrub(String(fieldAt(ended, 'message') ?? ''));
    return `${describeObject(pod)}: container ${String(container['name'])} ${why}${message === '' ? '.' : `: ${sentence(message, longestMessage)}`}`;
  }
  const [phase, reason] = [fieldAt(pod, 'status', 'phase'), fieldAt(pod, 'status', 'reason')];
  if (phase !== 'Failed') return undefined;
  return `${describeObject(pod)} failed (${String(reason ?? 'no reason given')}).`;
}
