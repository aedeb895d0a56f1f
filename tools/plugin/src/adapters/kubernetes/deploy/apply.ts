import { allEnded } from '../../../model/concurrency/all-ended.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { kindRank } from '../../../model/manifests/kind-order.ts';
import { fieldManager, replicasManager } from '../../../model/product/wire-names.ts';
import { foreignMarksOn } from '../../../model/manifests/rules/ownership.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { upgradeManagedFields, type IsUpgraded } from './managed-fields.ts';
import { displacedPorts, stepsOf } from './displaced-ports.ts';
import { patchObject, withManagers } from './patch-object.ts';
import type { PlannedObject } from './plan.ts';

/** How often what others change at the same moment is read again. */
const attempts = 5;

/** Plans one object again, as it is in the cluster now. */
export type PlanAgain = (planned: PlannedObject) => Promise<PlannedObject>;

/**
 * Applies a plan: kind after kind, objects of the same kind at once, those that are equal not at all. An object that has
 * changed since it was planned is planned again.
 * @param signal stops it before the next kind when it is aborted.
 * @returns each object as it is in the cluster now, in the order of the plan.
 * @throws the first error, when no request is under way any more: what follows must not be overtaken by it.
 */
export async function applyPlan(
  api: KubernetesApi,
  plan: readonly PlannedObject[],
  planAgain: PlanAgain,
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
    await allEnded(group.map(async (planned) => applied.set(planned, await applyObject(api, planned, planAgain))));
  }
  return plan.map((planned) => applied.get(planned)!);
}

async function applyObject(api: KubernetesApi, first: PlannedObject, planAgain: PlanAgain): Promise<KubernetesObject> {
  let planned = first;
  for (let attempt = 1; ; attempt++) {
    try {
      // What is written to all the time must not be waited for for ever: the lock says that no deployer does.
      return await applyVersion(api, planned, attempt < attempts);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409) || attempt === attempts)
        throw explainApiError(error, `apply ${describeObject(planned.desired)}`, api, planned.desired);
    }
    planned = await planAgain(planned);
  }
}

/** @param strictly refuses what is no longer as it was planned. @throws {ApiError} with code 409 then. */
async function applyVersion(api: KubernetesApi, planned: PlannedObject, strictly: boolean): Promise<KubernetesObject> {
  const { change, desired: sent, path } = planned;
  let { live } = planned;
  if (change.action === 'unchanged' && live) return live;
  if (live) live = (await removeForeignMarks(api, path, live)) ?? live;
  if (planned.fold) live = (await fold(api, path, sent, planned.fold)) ?? live;
  if (planned.handOver !== undefined) live = await handOverReplicas(api, planned, planned.handOver);
  return patchObject(api, path, live && strictly ? asVersion(sent, live) : sent, { force: 'true' });
}

/** Returns an object that the server takes only while it has that version of it. */
function asVersion(sent: KubernetesObject, { metadata }: KubernetesObject): KubernetesObject {
  const { uid, resourceVersion } = metadata;
  return { ...sent, metadata: { ...sent.metadata, uid, resourceVersion } };
}

/** An adopted object would be somebody else's again at the next deployment. @returns it, when it had such marks. */
async function removeForeignMarks(
  api: KubernetesApi,
  path: string,
  live: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  const marks = foreignMarksOn(live);
  const nulls = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));
  if (marks.annotations.length + marks.labels.length === 0) return undefined;
  const { uid, resourceVersion } = live.metadata;
  const answer = await api.send('PATCH', path, {
    query: { fieldManager },
    body: { metadata: { uid, resourceVersion, annotations: nulls(marks.annotations), labels: nulls(marks.labels) } },
    contentType: 'application/merge-patch+json',
  });
  return answer as KubernetesObject;
}

/**
 * Makes what others deployed ours, so that applying takes away what is in no manifest any more.
 * @returns the object, if it is there.
 */
async function fold(
  api: KubernetesApi,
  path: string,
  sent: KubernetesObject,
  isUpgraded: IsUpgraded,
): Promise<KubernetesObject | undefined> {
  for (let attempt = 1; ; attempt++) {
    const found = await api.get(path);
    const live = found && (await withManagers(api, path, found));
    const managedFields =
      live && upgradeManagedFields(live, new Date(), isUpgraded, stepsOf(displacedPorts(live, sent)));
    if (!managedFields) return live;
    try {
      const answer = await api.send('PATCH', path, {
        query: { fieldManager },
        body: [
          { op: 'test', path: '/metadata/resourceVersion', value: live.metadata['resourceVersion'] },
          { op: 'replace', path: '/metadata/managedFields', value: managedFields },
        ],
        contentType: 'application/json-patch+json',
      });
      return answer as KubernetesObject;
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
): Promise<KubernetesObject> {
  const { apiVersion, kind, metadata } = sent;
  const only = { apiVersion, kind, metadata: { name: metadata.name }, spec: { replicas } };
  return patchObject(api, path, only, { fieldManager: replicasManager, force: 'true' });
}
