import { inKindOrder } from '../../../plugin/src/model/manifests/kind-order.ts';
import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { mayBeNamed, podReferences } from '../../../plugin/src/model/manifests/pod-references.ts';
import { isReleaseJob } from '../../../plugin/src/model/manifests/release-jobs.ts';
import { finalizersOf, isEnding } from '../../../plugin/src/model/manifests/rules/ending.ts';
import { mayDelete } from '../../../plugin/src/model/manifests/rules/ownership.ts';
import { identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { ChangeSet, PruneOptions } from '../../../plugin/src/ports/cluster.ts';
import type { StoredObjects } from './stored-objects.ts';

/**
 * Deletes what a service no longer has among its objects, and returns what was, or would be, deleted.
 * @param templates of pods that are there, beside those that workloads may go back to.
 */
export function prune(
  stored: StoredObjects,
  service: string,
  objects: readonly KubernetesObject[],
  { dryRun = false, templates }: PruneOptions & { readonly templates: readonly unknown[] },
): ChangeSet {
  const wanted = new Set(objects.map(identityOf));
  const superfluous = stored.all.filter(
    ({ live }) =>
      !wanted.has(identityOf(live)) &&
      live.kind !== 'PersistentVolumeClaim' &&
      !isReleaseJob(live) &&
      !isEnding(live) &&
      mayDelete(live, service),
  );
  const kept = stored.all.filter((each) => !superfluous.includes(each));
  const all = [...kept.flatMap(({ live }) => stored.templatesOf(live)), ...templates];
  const named = new Set(all.flatMap((template) => [...podReferences(template)]));
  const gone = superfluous.filter(({ live }) => !(mayBeNamed(live) && named.has(describeObject(live))));
  if (!dryRun) for (const { live } of gone) stored.delete(live);
  return inKindOrder(gone.map(({ live }) => live))
    .reverse()
    .map((object) => {
      const left = dryRun ? [] : finalizersOf(object);
      const warnings = [`it is still there: its deletion waits for its finalizers (${left.join(', ')})`];
      const what = { kind: object.kind, name: object.metadata.name, action: 'deleted' } as const;
      return { ...what, ...(left.length > 0 ? { warnings } : {}) };
    });
}
