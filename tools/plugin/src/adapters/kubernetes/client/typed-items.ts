import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';

/**
 * Returns the items of a list with what they are, which the server does not repeat in each. The items are changed.
 * @param items null in an empty list of metadata alone: the server leaves out no field, and has no array for it.
 */
export function typedItems(
  items: readonly KubernetesObject[] | null,
  { apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
): KubernetesObject[] {
  return (items ?? []).map((item) => Object.assign(item, { apiVersion, kind }));
}
