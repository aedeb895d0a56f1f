import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import type { Health } from '../../../ports/cluster.ts';
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
  const total = status(isDaemonSet ? 'currentNumberScheduled' : 'replicas');
  const isSeen = status('observedGeneration') >= Number(workload.metadata['generation'] ?? 0);
  const isStuck = conditionsOf(workload).some(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (isSeen && isStuck) return 'stuck';
  if (!isSeen || updated < wanted || total > updated) return 'rolling-out';
  if (ready < wanted) return ready === 0 ? 'down' : 'degraded';
  return wanted === 0 ? 'stopped' : 'healthy';
}

/** From the worst to the best. */
const ranking: readonly Health[] = ['down', 'stuck', 'degraded', 'rolling-out', 'stopped', 'healthy'];

/** Returns the one of two workloads of a service that is worse off: what is well with the other does not make up for it. */
export function worseOf(workload: KubernetesObject, other: KubernetesObject | undefined): KubernetesObject {
  if (!other) return workload;
  const rank = (each: KubernetesObject) => ranking.indexOf(healthOf(each));
  return rank(workload) < rank(other) ? workload : other;
}

/** Pods that a workload shall have. */
export function podsWanted(workload: KubernetesObject): number {
  const { kind } = workload;
  if (kind === 'DaemonSet') return Number(fieldAt(workload, 'status', 'desiredNumberScheduled') ?? 0);
  return Number(fieldAt(workload, 'spec', 'replicas') ?? 1);
}
