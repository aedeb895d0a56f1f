import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import type { NamespaceApi } from '../client/namespace-client.ts';
import { readEventsAbout } from './events-about.ts';

/**
 * Reads the events about those of some objects that are claims on storage without a volume: whether they wait for a pod, or
 * why they get none.
 */
export function readClaimEvents(
  place: NamespaceApi,
  objects: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  return readEventsAbout(
    place,
    objects.filter(
      (object) => object.kind === 'PersistentVolumeClaim' && fieldAt(object, 'status', 'phase') === 'Pending',
    ),
  );
}
