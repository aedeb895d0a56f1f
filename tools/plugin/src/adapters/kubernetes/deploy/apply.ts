import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { kindRank } from '../../../model/manifests/kind-order.ts';
import { fieldManager } from '../../../model/manifests/labels.ts';
import { foreignMarksOn } from '../../../model/manifests/rules/ownership.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { upgradeManagedFields, replicasManager } from './managed-fields.ts';
import { patchObject, type PlannedObject } from './plan.ts';

/** How often what others change at the same moment is read again. */
const attempts = 5;

/**
 * Applies a plan: kind after kind, objects of the same kind at once, those that are equal not at all.
 * @param signal stops it before the next kind when it is aborted.
 * @returns each object as it is in the cluster now, in the order of the plan.
 */
export async function applyPlan(
  api: KubernetesApi,
  plan: readonly PlannedObject[],
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const applied = new Map<PlannedObject, KubernetesObject>();
  const ranks = new Map<number, PlannedObject[]>();
  for (const planned of plan) {
    const rank = kindRank(planned.desired.kind);
    ranks.set(rank, [...(ranks.get(rank) ?? []), planned]);
  }
  for (const [, group] of [...ranks].sort(([a], [b]) => a - b)) {
    signal?.throwIfAborted();
    await Promise.all(group.map(async (planned) => applied.set(planned, await applyObject(api, planned))));
  }
  return plan.map((planned) => applied.get(planned)!);
}

async function applyObject(api: KubernetesApi, planned: PlannedObject): Promise<KubernetesObject> {
  const { change, live, desired: sent, path } = planned;
  if (change.action === 'unchanged' && live) return live;
  try {
    if (live) await removeForeignMarks(api, path, live);
    if (planned.fold) await fold(api, path);
    if (planned.handOver !== undefined) await handOverReplicas(api, planned, planned.handOver);
    return await patchObject(api, path, sent, { force: 'true' });
  } catch (error) {
    throw explainApiError(error, `apply ${describeObject(sent)}`, api, sent);
  }
}

/** An adopted object would be somebody else's again at the next deployment. */
async function removeForeignMarks(api: KubernetesApi, path: string, live: KubernetesObject): Promise<void> {
  const marks = foreignMarksOn(live);
  const nulls = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));
  if (marks.annotations.length + marks.labels.length === 0) return;
  await api.send('PATCH', path, {
    query: { fieldManager },
    body: { metadata: { annotations: nulls(marks.annotations), labels: nulls(marks.labels) } },
    contentType: 'application/merge-patch+json',
  });
}

/** Makes what kubectl wrote ours, so that applying takes away what is in no manifest any more. */
export async function fold(api: KubernetesApi, path: string, manager: string = fieldManager): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const live = await api.get(path);
    const managedFields = live && upgradeManagedFields(live, new Date(), manager);
    if (!managedFields) return;
    try {
      await api.send('PATCH', path, {
        query: { fieldManager: manager },
        body: [
          { op: 'test', path: '/metadata/resourceVersion', value: live.metadata['resourceVersion'] },
          { op: 'replace', path: '/metadata/managedFields', value: managedFields },
        ],
        contentType: 'application/json-patch+json',
      });
      return;
    } catch (error) {
      // Somebody wrote in between; the test of the version is what fails then.
      const raced = error instanceof ApiError && (error.code === 409 || error.code === 422);
      if (!raced || attempt === attempts) throw error;
    }
  }
}

/** A field that nobody owns falls to its default: one pod. So replicas get another owner before we let go of them. */
async function handOverReplicas(
  api: KubernetesApi,
  { path, desired: sent }: PlannedObject,
  replicas: number,
): Promise<void> {
  const { apiVersion, kind, metadata } = sent;
  const only = { apiVersion, kind, metadata: { name: metadata.name }, spec: { replicas } };
  await patchObject(api, path, only, { fieldManager: replicasManager, force: 'true' });
}
