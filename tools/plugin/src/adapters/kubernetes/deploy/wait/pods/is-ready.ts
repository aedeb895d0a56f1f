import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { listAt } from '../../../../../model/manifests/source/object-fields.ts';

/** Reports whether a pod gets requests. */
export function isReady(pod: KubernetesObject): boolean {
  return listAt(pod, 'status', 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True');
}
