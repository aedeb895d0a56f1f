import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { annotation, rousingManager } from '../../../../model/product/wire-names.ts';
import type { NamespaceApi } from '../../client/namespace-client.ts';
import { collectionPath } from '../../client/resources.ts';

/** Kinds whose controller is roused, and their place. */
const roused: Readonly<Record<string, string>> = { Deployment: 'deployments', StatefulSet: 'statefulsets' };

/** Of its own, so that what it touches is nobody's afterwards. */
const fieldManager = rousingManager;

/**
 * Has the controllers of a workload look at it again, and at its ReplicaSet, which takes annotations over. That of
 * Deployments forgets an error while it scales old pods down (a webhook that was away for a moment, say), and does nothing
 * until it is told of a change; those of ReplicaSets and StatefulSets wait for twice as long after each error.
 */
export async function rouseController(
  { api, namespace }: NamespaceApi,
  { apiVersion, kind, metadata }: KubernetesObject,
): Promise<void> {
  const plural = roused[kind];
  if (plural === undefined) return;
  const path = `${collectionPath(apiVersion, plural, namespace)}/${metadata.name}`;
  const annotate = (value: string | null) =>
    api.send('PATCH', path, {
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { [annotation.roused]: value } } },
    });
  await annotate(new Date().toISOString());
  await annotate(null);
}
