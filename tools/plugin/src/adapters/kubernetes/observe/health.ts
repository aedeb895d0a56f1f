import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import { isWorse, type Health } from '../../../model/observe/running-service.ts';
import { isReplacedByHand, partitionOf } from '../deploy/wait/old-pods/stateful-pods.ts';
import { conditionsOf } from '../deploy/wait/conditions.ts';

/**
 * How a workload is doing, by its own status. The rules are those of `kubectl rollout status`, and of the deployment
 * controller's conditions.
 */
export function healthOf(workload: KubernetesObject): Health {
  const status = (name: string) => Number(fieldAt(workload, 'status', name) ?? 0);
  const wanted = podsWanted(workload);
  const isDaemonSet = workload.kind === 'DaemonSet';
  const ready = status(isDaemonSet ? 'numberReady' : 'readyReplicas');
  const updated = status(isDaemonSet ? 'updatedNumberScheduled' : 'updatedReplicas');
  const total = podsThere(workload);
  const isSeen = status('observedGeneration') >= Number(workload.metadata['generation'] ?? 0);
  const isStuck = conditionsOf(workload).some(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (isSeen && isStuck) return 'stuck';
  const kept = mostKept(workload, wanted);
  if (!isSeen || updated + kept < wanted || total > updated + kept) return 'rolling-out';
  if (ready < wanted) return ready === 0 ? 'down' : 'degraded';
  return wanted === 0 ? 'stopped' : 'healthy';
}

/** Returns how many pods may be of an older revision for ever, because the workload's strategy says so. */
function mostKept(workload: KubernetesObject, wanted: number): number {
  return isReplacedByHand(workload) ? wanted : Math.min(partitionOf(workload), wanted);
}

/** Returns the one of two workloads of a service that is worse off: what is well with the other does not make up for it. */
export function worseOf(workload: KubernetesObject, other: KubernetesObject | undefined): KubernetesObject {
  return !other || isWorse(healthOf(workload), healthOf(other)) ? workload : other;
}

/** Reports whether a workload has fewer pods than it shall have, ready or not. */
export function lacksPods(workload: KubernetesObject): boolean {
  return podsThere(workload) < podsWanted(workload);
}

function podsThere(workload: KubernetesObject): number {
  const field = workload.kind === 'DaemonSet' ? 'currentNumberScheduled' : 'replicas';
  return Number(fieldAt(workload, 'status', field) ?? 0);
}

/** Pods that a workload shall have. */
export function podsWanted(workload: KubernetesObject): number {
  const { kind } = workload;
  if (kind === 'DaemonSet') return Number(fieldAt(workload, 'status', 'desiredNumberScheduled') ?? 0);
  return Number(fieldAt(workload, 'spec', 'replicas') ?? 1);
}
