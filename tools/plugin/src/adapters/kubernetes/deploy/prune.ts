import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { inKindOrder } from '../../../model/manifests/kind-order.ts';
import { label, managedBy } from '../../../model/manifests/labels.ts';
import { identityOf } from '../../../model/manifests/source/object-fields.ts';
import { mayDelete } from '../../../model/manifests/rules/ownership.ts';
import { isReleaseJob } from '../../../model/manifests/release-jobs.ts';
import type { ChangeSet, PruneOptions } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';

/** Kinds that hold what cannot be made again: they are left to people. */
const neverPruned: readonly string[] = ['PersistentVolumeClaim'];

/** An inventory of a service: the objects that it has now, and the kinds of those that it had before. */
export interface ServiceInventory {
  readonly service: string;
  readonly objects: readonly KubernetesObject[];
  /** As its records tell: `apps/v1/Deployment`. */
  readonly recordedKinds: readonly string[];
}

/** Deletes what this tool created for a service and what is no longer among its objects. */
export async function pruneObjects(
  place: NamespaceClient,
  { service, objects, recordedKinds }: ServiceInventory,
  { dryRun = false }: PruneOptions = {},
): Promise<ChangeSet> {
  const kinds = new Set([...recordedKinds, ...objects.map(kindOf), 'v1/ConfigMap']);
  const wanted = new Set(objects.map(identityOf));
  const found = (await Promise.all([...kinds].map((kind) => ownedOf(place, service, kind)))).flat();
  const gone = found.filter(
    (object) =>
      !wanted.has(identityOf(object)) &&
      !neverPruned.includes(object.kind) &&
      // It is never among a service's objects, and goes by itself.
      !isReleaseJob(object) &&
      mayDelete(object, service),
  );
  const ordered = inKindOrder(gone).reverse();
  const deleted: KubernetesObject[] = [];
  for (const object of ordered) if (dryRun || (await remove(place, object))) deleted.push(object);
  return deleted.map(({ kind, metadata }) => ({ kind, name: metadata.name, action: 'deleted' }));
}

/** `apps/v1/Deployment`. */
export function kindOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion}/${kind}`;
}

async function ownedOf(
  { api, resources, namespace }: NamespaceClient,
  service: string,
  of: string,
): Promise<KubernetesObject[]> {
  const cut = of.lastIndexOf('/');
  const [apiVersion, kind] = [of.slice(0, cut), of.slice(cut + 1)];
  const labelSelector = `${label.service}=${service},${label.managedBy}=${managedBy}`;
  try {
    const path = await resources.collectionIfKnown({ apiVersion, kind, metadata: { name: '' } }, namespace);
    if (path === undefined) return [];
    const list = await api.get<{ items: KubernetesObject[] }>(path, { labelSelector });
    // Items of a list do not say what they are.
    return (list?.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
  } catch (error) {
    throw explainApiError(error, `look for what ${service} no longer needs`, api);
  }
}

async function remove({ api, resources, namespace }: NamespaceClient, object: KubernetesObject): Promise<boolean> {
  const path = await resources.path(object, namespace);
  try {
    // Only what was looked at, not what somebody put in its place since.
    const preconditions = { uid: object.metadata['uid'] };
    await api.send('DELETE', path, { body: { propagationPolicy: 'Background', preconditions } });
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return false;
    throw explainApiError(error, `delete ${object.kind} ${object.metadata.name}`, api, object);
  }
}
