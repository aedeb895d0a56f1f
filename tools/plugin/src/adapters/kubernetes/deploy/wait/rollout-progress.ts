import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';

/** How far a rollout is, by the workload's own status. */
export interface RolloutProgress {
  readonly done: boolean;
  /** `1 of 3 pods ready`. */
  readonly line: string;
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
  };
}

function statefulSetProgress(live: KubernetesObject): RolloutProgress {
  const wanted = wantedReplicas(live);
  const updated = countIn(live, 'updatedReplicas');
  const ready = countIn(live, 'readyReplicas');
  const partition = Number(fieldAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0);
  const isOneRevision = fieldAt(live, 'status', 'updateRevision') === fieldAt(live, 'status', 'currentRevision');
  const isRenewed = isReplacedByHand(live) || isOneRevision || updated >= wanted - partition;
  return {
    done: ready >= wanted && isRenewed && countIn(live, 'replicas') === wanted,
    line: `${Math.min(ready, updated)} of ${wanted} pods ready`,
  };
}

function daemonSetProgress(live: KubernetesObject): RolloutProgress {
  const desired = countIn(live, 'desiredNumberScheduled');
  const updated = countIn(live, 'updatedNumberScheduled');
  const available = countIn(live, 'numberAvailable');
  return {
    done: available >= desired && (isReplacedByHand(live) || updated >= desired),
    line: `${Math.min(updated, available)} of ${desired} pods ready`,
  };
}

function wantedReplicas(live: KubernetesObject): number {
  return Number(fieldAt(live, 'spec', 'replicas') ?? 1);
}

function countIn(live: KubernetesObject, field: string): number {
  return Number(fieldAt(live, 'status', field) ?? 0);
}

function isReplacedByHand(live: KubernetesObject): boolean {
  return fieldAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}
