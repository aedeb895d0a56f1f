import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';
import { isReplacedByHand, partitionOf } from './old-pods/stateful-pods.ts';

/** How far a rollout is, by the workload's own status. */
export interface RolloutProgress {
  readonly done: boolean;
  /** `1 of 3 pods ready`. */
  readonly line: string;
  /** How many pods keep an older revision, because the workload's strategy says so. */
  readonly kept: number;
}

/** The success conditions of each kind. */
const progressByKind: Readonly<Record<string, (live: KubernetesObject) => RolloutProgress>> = {
  Deployment: deploymentProgress,
  StatefulSet: statefulSetProgress,
  DaemonSet: daemonSetProgress,
};

/** Returns how far the rollout of a workload is. */
export function progressOf(live: KubernetesObject): RolloutProgress {
  return progressByKind[live.kind]!(live);
}

function deploymentProgress(live: KubernetesObject): RolloutProgress {
  const wanted = wantedReplicas(live);
  const updated = countIn(live, 'updatedReplicas');
  const available = countIn(live, 'availableReplicas');
  const old = Math.max(0, countIn(live, 'replicas') - updated);
  const ready = Math.min(wanted, Math.max(0, Math.min(updated, available - old)));
  const left = old === 0 ? '' : `, ${old} old ${old === 1 ? 'one' : 'ones'} left`;
  return {
    done: updated >= wanted && old === 0 && available >= updated,
    line: `${ready} of ${wanted} pods ready${left}`,
    kept: 0,
  };
}

function statefulSetProgress(live: KubernetesObject): RolloutProgress {
  const wanted = wantedReplicas(live);
  const updated = countIn(live, 'updatedReplicas');
  const ready = countIn(live, 'readyReplicas');
  const isOneRevision = fieldAt(live, 'status', 'updateRevision') === fieldAt(live, 'status', 'currentRevision');
  const mayStay = isReplacedByHand(live) ? wanted : Math.min(partitionOf(live), wanted);
  const kept = isOneRevision ? 0 : Math.max(0, Math.min(mayStay, wanted - updated));
  const isRenewed = isOneRevision || updated + kept >= wanted;
  return {
    done: ready >= wanted && isRenewed && countIn(live, 'replicas') === wanted,
    line: `${Math.min(ready, updated + kept)} of ${wanted} pods ready${keptOf(kept)}`,
    kept,
  };
}

function daemonSetProgress(live: KubernetesObject): RolloutProgress {
  const desired = countIn(live, 'desiredNumberScheduled');
  const updated = countIn(live, 'updatedNumberScheduled');
  const available = countIn(live, 'numberAvailable');
  const kept = isReplacedByHand(live) ? Math.max(0, desired - updated) : 0;
  return {
    done: available >= desired && updated + kept >= desired,
    line: `${Math.min(updated + kept, available)} of ${desired} pods ready${keptOf(kept)}`,
    kept,
  };
}

function keptOf(count: number): string {
  return count === 0 ? '' : `, ${count} of an older revision`;
}

function wantedReplicas(live: KubernetesObject): number {
  return Number(fieldAt(live, 'spec', 'replicas') ?? 1);
}

function countIn(live: KubernetesObject, field: string): number {
  return Number(fieldAt(live, 'status', field) ?? 0);
}
