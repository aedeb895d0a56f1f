import { describeObject, type KubernetesObject } from '../../kubernetes-object.ts';
import { fieldAt } from '../../source/object-fields.ts';

/** Returns how few pods there may be, and where that is written. */
export function leastPodsOf(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
): { readonly count: unknown; readonly field: string; readonly scaler: KubernetesObject | undefined } {
  const scaler = autoscalerOf(workload, objects);
  return scaler
    ? {
        count: fieldAt(scaler, 'spec', 'minReplicas') ?? 1,
        field: `spec.minReplicas of ${describeObject(scaler)}`,
        scaler,
      }
    : { count: fieldAt(workload, 'spec', 'replicas') ?? 1, field: 'spec.replicas', scaler };
}

/** The autoscaler among the objects that sets the replicas of a workload. */
export function autoscalerOf(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
): KubernetesObject | undefined {
  return objects.find((object) => {
    if (object.kind !== 'HorizontalPodAutoscaler') return false;
    const target = fieldAt(object, 'spec', 'scaleTargetRef');
    return fieldAt(target, 'kind') === workload.kind && fieldAt(target, 'name') === workload.metadata.name;
  });
}
