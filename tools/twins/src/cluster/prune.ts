import { inKindOrder } from '../../../plugin/src/model/manifests/kind-order.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { isReleaseJob } from '../../../plugin/src/model/manifests/release-jobs.ts';
import { mayDelete } from '../../../plugin/src/model/manifests/rules/ownership.ts';
import { identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { ChangeSet, PruneOptions } from '../../../plugin/src/ports/cluster.ts';
import type { StoredObjects } from './stored-objects.ts';

/** Deletes what a service no longer has among its objects, and returns what was, or would be, deleted. */
export function prune(
  stored: StoredObjects,
  service: string,
  objects: readonly KubernetesObject[],
  { dryRun = false }: PruneOptions,
): ChangeSet {
  const wanted = new Set(objects.map(identityOf));
  const gone = stored.all.filter(
    ({ live }) =>
      !wanted.has(identityOf(live)) &&
      live.kind !== 'PersistentVolumeClaim' &&
      !isReleaseJob(live) &&
      mayDelete(live, service),
  );
  if (!dryRun) for (const { live } of gone) stored.delete(live);
  return inKindOrder(gone.map(({ live }) => live))
    .reverse()
    .map(({ kind, metadata }) => ({ kind, name: metadata.name, action: 'deleted' }));
}
