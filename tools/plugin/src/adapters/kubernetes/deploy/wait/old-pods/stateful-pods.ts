import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../../model/manifests/source/object-fields.ts';
import { isOwnedBy } from '../owned-by.ts';
import type { RolloutState } from '../rollout-state.ts';

/** A pod of a StatefulSet or DaemonSet that is of another revision than the newest. */
export interface OldPod {
  readonly pod: KubernetesObject;
  /** The rule of its workload by which its controller leaves it to people; undefined when it is to be replaced. */
  readonly keptBy: 'strategy' | 'partition' | undefined;
}

/**
 * Returns the pods of a StatefulSet or DaemonSet that are of another revision than the newest, in the order of their names:
 * without those that are going, and those that there shall not be any more.
 */
export function oldPodsOf(state: RolloutState, live: KubernetesObject): OldPod[] {
  if (live.kind !== 'StatefulSet' && live.kind !== 'DaemonSet') return [];
  const all = [...state.objects.values()].filter(
    (object) =>
      object.kind === 'Pod' &&
      isOwnedBy(object, live) &&
      object.metadata['deletionTimestamp'] === undefined &&
      isOld(object, live) &&
      isWanted(object, live),
  );
  return all
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }))
    .map((pod) => ({ pod, keptBy: ruleToKeep(pod, live) }));
}

function isOld({ metadata: { labels = {} } }: KubernetesObject, live: KubernetesObject): boolean {
  if (live.kind === 'StatefulSet') {
    const newest = fieldAt(live, 'status', 'updateRevision');
    const revision = labels['controller-revision-hash'];
    return newest !== undefined && revision !== undefined && revision !== newest;
  }
  const template = live.metadata.annotations?.['deprecated.daemonset.template.generation'];
  return template !== undefined && labels['pod-template-generation'] !== template;
}

function isWanted(pod: KubernetesObject, live: KubernetesObject): boolean {
  return live.kind !== 'StatefulSet' || indexOf(pod, live) < Number(fieldAt(live, 'spec', 'replicas') ?? 1);
}

function ruleToKeep(pod: KubernetesObject, live: KubernetesObject): OldPod['keptBy'] {
  if (isReplacedByHand(live)) return 'strategy';
  return live.kind === 'StatefulSet' && indexOf(pod, live) < partitionOf(live) ? 'partition' : undefined;
}

/** The place of a pod among those of its StatefulSet, which counts from `spec.ordinals.start`. */
function indexOf({ metadata }: KubernetesObject, live: KubernetesObject): number {
  const ordinal = Number(/-(\d+)$/.exec(metadata.name)?.[1]);
  return ordinal - Number(fieldAt(live, 'spec', 'ordinals', 'start') ?? 0);
}

/** Returns below which pod of a StatefulSet none is updated. */
export function partitionOf(live: KubernetesObject): number {
  return Number(fieldAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0);
}

/** Reports whether people replace the pods of a workload. */
export function isReplacedByHand(live: KubernetesObject): boolean {
  return fieldAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}
