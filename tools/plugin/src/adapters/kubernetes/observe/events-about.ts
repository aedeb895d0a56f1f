import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { ApiError } from '../client/api-error.ts';
import type { NamespaceApi } from '../client/namespace-client.ts';
import { collectionPath } from '../client/resources.ts';

/**
 * Reads the events about objects of one kind, and maybe about others of it. None where they may not be read; nothing is
 * asked where there is no object.
 */
export async function readEventsAbout(
  { api, namespace }: NamespaceApi,
  objects: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const [first] = objects;
  if (!first) return [];
  const name = objects.length === 1 ? `,involvedObject.name=${first.metadata.name}` : '';
  try {
    const list = await api.get<{ items: KubernetesObject[] }>(collectionPath('v1', 'events', namespace), {
      fieldSelector: `involvedObject.kind=${first.kind}${name}`,
    });
    return list?.items ?? [];
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return [];
    throw error;
  }
}
