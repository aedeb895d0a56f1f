import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldManager } from '../../../model/product/wire-names.ts';
import type { KubernetesApi } from '../client/api.ts';
import { managedFieldsOf } from './managed-fields.ts';

/** Server-side apply of one object, strictly: what the server does not know is an error. */
export async function patchObject(
  api: KubernetesApi,
  path: string,
  sent: KubernetesObject,
  query: Readonly<Record<string, string>>,
): Promise<KubernetesObject> {
  const answer = await api.send('PATCH', path, {
    query: { fieldManager, fieldValidation: 'Strict', ...query },
    body: sent,
    contentType: 'application/apply-patch+yaml',
  });
  return answer as KubernetesObject;
}

/**
 * Returns an object with the managers of its fields, also where somebody cleared them (tools that restore backups do): then
 * the server takes all that is there for written before the first apply. Nothing else of it is changed.
 */
export async function withManagers(
  api: KubernetesApi,
  path: string,
  live: KubernetesObject,
  query: Readonly<Record<string, string>> = {},
): Promise<KubernetesObject> {
  if (managedFieldsOf(live).length > 0) return live;
  const { apiVersion, kind, metadata } = live;
  const { name, namespace, uid, resourceVersion } = metadata;
  const bare = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } } as KubernetesObject;
  return patchObject(api, path, bare, { force: 'true', ...query });
}
