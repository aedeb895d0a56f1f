import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { kindNameOf, objectOfKind } from '../../../model/manifests/kind-name.ts';
import { inKindOrder } from '../../../model/manifests/kind-order.ts';
import { label, managedBy } from '../../../model/product/wire-names.ts';
import { identityOf } from '../../../model/manifests/source/object-fields.ts';
import { finalizersOf, isEnding } from '../../../model/manifests/rules/ending.ts';
import { mayDelete } from '../../../model/manifests/rules/ownership.ts';
import { mayBeNamed } from '../../../model/manifests/pod-references.ts';
import { isReleaseJob } from '../../../model/manifests/release-jobs.ts';
import type { Change, ChangeSet, PruneOptions } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';
import { typedItems } from '../client/typed-items.ts';
import { namedByPods, type PodMakers } from './named-by-pods.ts';

/** Kinds that hold what cannot be made again: they are left to people. */
const neverPruned: readonly string[] = ['PersistentVolumeClaim'];

/** An inventory of a service: the objects that it has now, and the kinds of those that it had before. */
export interface ServiceInventory {
  readonly service: string;
  readonly objects: readonly KubernetesObject[];
  /** As its records tell: `apps/v1/Deployment`. */
  readonly recordedKinds: readonly string[];
}

/**
 * Deletes what this tool created for a service and what is no longer among its objects. What pods name that are there, or
 * may come back, stays until they are gone: a container that starts again would not find it.
 */
export async function pruneObjects(
  place: NamespaceClient,
  { service, objects, recordedKinds }: ServiceInventory,
  { dryRun = false }: PruneOptions = {},
): Promise<ChangeSet> {
  const kinds = new Set([...recordedKinds, ...objects.map(kindNameOf), 'v1/ConfigMap']);
  const wanted = new Set(objects.map(identityOf));
  const found = (await Promise.all([...kinds].map((kind) => ownedOf(place, service, kind)))).flat();
  const gone = found.filter(
    (object) =>
      !wanted.has(identityOf(object)) &&
      !neverPruned.includes(object.kind) &&
      // It is never among a service's objects, and goes by itself.
      !isReleaseJob(object) &&
      !isEnding(object) &&
      mayDelete(object, service),
  );
  const stays = found.filter((object) => !gone.includes(object));
  const named = await namedAmong(place, gone, {
    service,
    workloads: [...objects, ...stays.filter((object) => !wanted.has(identityOf(object)))],
    hasCronJobs: kinds.has('batch/v1/CronJob'),
  });
  const ordered = inKindOrder(gone.filter((object) => !named.includes(object))).reverse();
  const changes: Change[] = [];
  for (const object of ordered) {
    const left = dryRun ? [] : await remove(place, object);
    if (left) changes.push(deletion(object, left));
  }
  return changes;
}

/** @param left the finalizers that the deletion waits for. */
function deletion({ kind, metadata }: KubernetesObject, left: readonly string[]): Change {
  const warnings = [`it is still there: its deletion waits for its finalizers (${left.join(', ')})`];
  return { kind, name: metadata.name, action: 'deleted', ...(left.length > 0 ? { warnings } : {}) };
}

/** Returns those of some objects that pods name, or may name where this account cannot see it. */
async function namedAmong(
  place: NamespaceClient,
  gone: readonly KubernetesObject[],
  makers: PodMakers,
): Promise<readonly KubernetesObject[]> {
  const nameable = gone.filter(mayBeNamed);
  if (nameable.length === 0) return [];
  try {
    const named = await namedByPods(place, makers);
    return nameable.filter((object) => named?.has(describeObject(object)) ?? true);
  } catch (error) {
    throw explainApiError(error, `look for what pods of ${makers.service} still need`, place.api);
  }
}

async function ownedOf(
  { api, resources, namespace }: NamespaceClient,
  service: string,
  of: string,
): Promise<KubernetesObject[]> {
  const type = objectOfKind(of);
  const labelSelector = `${label.service}=${service},${label.managedBy}=${managedBy}`;
  try {
    const path = await resources.collectionIfKnown(type, namespace);
    if (path === undefined) return [];
    const list = await api.get<{ items: KubernetesObject[] }>(path, { labelSelector });
    return typedItems(list?.items ?? [], type);
  } catch (error) {
    throw explainApiError(error, `look for what ${service} no longer needs`, api);
  }
}

/** @returns the finalizers that the deletion waits for; undefined where there was nothing to delete. */
async function remove(
  { api, resources, namespace }: NamespaceClient,
  object: KubernetesObject,
): Promise<string[] | undefined> {
  const path = await resources.path(object, namespace);
  try {
    // Only what was looked at, not what somebody put in its place since.
    const preconditions = { uid: object.metadata['uid'] };
    const answer = await api.send('DELETE', path, { body: { propagationPolicy: 'Background', preconditions } });
    // What is gone at once is answered with a status.
    return finalizersOf(answer as Partial<KubernetesObject> | undefined);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return undefined;
    throw explainApiError(error, `delete ${object.kind} ${object.metadata.name}`, api, object);
  }
}
