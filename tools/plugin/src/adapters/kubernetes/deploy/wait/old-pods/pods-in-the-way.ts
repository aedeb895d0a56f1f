import { describeObject, type KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../../../../../model/manifests/source/object-fields.ts';
import { describePodTrouble, type PodDiagnosis } from '../pods/diagnose-pod.ts';
import { explainedTroubleOf } from '../pods/known-failures.ts';
import type { EventsByPod } from '../pods/pod-events.ts';
import { isReady } from '../pods/is-ready.ts';
import type { RolloutState } from '../rollout-state.ts';
import { isReplacedByHand, oldPodsOf, partitionOf, type OldPod } from './stateful-pods.ts';

/*
 * Kubernetes replaces a pod of a StatefulSet when the pods before and after it serve, also the one that does not serve
 * itself: a broken pod of an older revision stays for ever, and keeps the new ones away ("forced rollback" in Kubernetes'
 * documentation). Somebody has to delete it; the next one is of the newest revision, and has the same name and volumes.
 *
 * 1. A pod that is ready is never deleted, nor one that Kubernetes replaces by itself (it has failed, or is going).
 * 2. One whose container is down, was never started, or has no node is deleted when it has been so for a moment: its
 *    controller may be just about to.
 * 3. One that runs, or comes, without being ready is left the grace. While its startup probe has not succeeded it is left
 *    alone: it may be reading its data, and the kubelet ends that.
 * 4. Where the strategy is OnDelete, and below the partition, people decide.
 */

/** Milliseconds that a pod is left to its controller. */
const settleMs = 2500;

/** A broken pod of an older revision, which keeps new ones away. */
export interface PodInTheWay {
  readonly pod: KubernetesObject;
  /** A sentence. */
  readonly says: string;
  /** The rule by which its controller leaves it, and why that is so, as a clause. */
  readonly kept: { readonly by: NonNullable<OldPod['keptBy']>; readonly because: string } | undefined;
  /** When it may be deleted; undefined: never. */
  readonly due: number | undefined;
  /** True when it may still become ready by itself. */
  readonly isComing: boolean;
}

/** Returns the pods of older revisions that are not ready, and that their controller does not replace. */
export function podsInTheWay(
  state: RolloutState,
  live: KubernetesObject,
  events: EventsByPod,
  graceMs: number,
): PodInTheWay[] {
  return oldPodsOf(state, live).flatMap(({ pod, keptBy }: OldPod) => {
    const since = state.unready.get(String(pod.metadata['uid']));
    const phase = fieldAt(pod, 'status', 'phase');
    // A DaemonSet's controller replaces those that are not available first of all.
    const isReplaced = phase === 'Failed' || phase === 'Succeeded' || (live.kind === 'DaemonSet' && !keptBy);
    if (isReady(pod) || isReplaced || since === undefined) return [];
    const trouble = explainedTroubleOf(pod, live, events);
    const isComing = isOnItsWay(trouble);
    const mayGo = keptBy === undefined && !isStarting(pod);
    return [
      {
        pod,
        says: trouble ? describePodTrouble(pod, trouble) : `${describeObject(pod)} is not ready.`,
        kept: keptBy && { by: keptBy, because: reasonToKeep(keptBy, live) },
        due: mayGo ? since + (isComing ? graceMs : settleMs) : undefined,
        isComing,
      },
    ];
  });
}

function reasonToKeep(by: NonNullable<OldPod['keptBy']>, live: KubernetesObject): string {
  return by === 'strategy'
    ? 'its update strategy OnDelete leaves replacing pods to a person'
    : `its partition ${partitionOf(live)} keeps the pods below that at an older revision`;
}

/** Reports whether a pod may become ready without anything being changed. */
function isOnItsWay(trouble: PodDiagnosis | undefined): boolean {
  return trouble === undefined || trouble.kind === 'unready' || trouble.runsAgain;
}

/** Reports whether a container runs whose startup probe has not succeeded yet. */
function isStarting(pod: KubernetesObject): boolean {
  return listAt(pod, 'status', 'containerStatuses').some(
    (status) => status['started'] === false && fieldAt(status, 'state', 'running') !== undefined,
  );
}

/** Returns what stands in the way, and the way out, as sentences. @param isReplaced true when it is deleted by itself. */
export function describePodInTheWay({ pod, says, kept, due }: PodInTheWay, isReplaced: boolean): string {
  const intro = `An old pod is in the way: ${says}`;
  if (isReplaced && due !== undefined) return `${intro} It is deleted unless it becomes ready soon.`;
  const why = kept === undefined ? '' : ` It stays, because ${kept.because}.`;
  if (kept?.by === 'partition')
    return `${intro}${why} Lower spec.updateStrategy.rollingUpdate.partition, or fix what the pod needs.`;
  return `${intro}${why} Delete it (\`${deleteCommand(pod)}\`), and a new one takes its place.`;
}

/** Returns the pods that may be deleted by now, and when the next may be. */
export function duePods(
  inTheWay: readonly PodInTheWay[],
  at: number,
): { readonly pods: readonly KubernetesObject[]; readonly again: number } {
  const later = inTheWay.flatMap(({ due }) => (due !== undefined && due > at ? [due] : []));
  const pods = inTheWay.flatMap(({ pod, due }) => (due !== undefined && due <= at ? [pod] : []));
  return { pods, again: Math.min(Infinity, ...later) };
}

/** Returns a sentence about pods that keep an older revision because their workload's strategy says so. */
export function describeKept(state: RolloutState, live: KubernetesObject, count: number): string | undefined {
  if (count === 0) return undefined;
  const kept = oldPodsOf(state, live).filter(({ keptBy }) => keptBy !== undefined);
  const pods = kept.map(({ pod }) => pod);
  const names = pods.length === 0 ? '' : ` (${pods.map(({ metadata }) => metadata.name).join(', ')})`;
  const why = isReplacedByHand(live)
    ? `its update strategy OnDelete leaves replacing pods to a person. Delete them${pods.length === 0 ? '' : ` (\`${deleteCommand(...pods)}\`)`}`
    : `its partition is ${partitionOf(live)}. Lower spec.updateStrategy.rollingUpdate.partition to release there, too`;
  const what = `${count} of the pods of ${describeObject(live)}${names} ${count === 1 ? 'keeps' : 'keep'} an older revision`;
  return `${what}, because ${why}.`;
}

/** Returns the command that deletes pods of one namespace. */
export function deleteCommand(...pods: readonly KubernetesObject[]): string {
  const namespace = pods[0]?.metadata.namespace;
  const names = pods.map(({ metadata }) => metadata.name).join(' ');
  return `kubectl delete pod ${names}${namespace === undefined ? '' : ` --namespace=${namespace}`}`;
}
