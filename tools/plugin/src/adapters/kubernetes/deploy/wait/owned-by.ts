import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { listAt } from '../../../../model/manifests/source/object-fields.ts';

/** Reports whether an object was made by another one. */
export function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return listAt(object, 'metadata', 'ownerReferences').some(({ uid }) => uid === owner.metadata['uid']);
}
