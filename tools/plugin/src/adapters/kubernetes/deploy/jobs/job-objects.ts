import { nextJobStep } from '../../../../model/deploy/job-step.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { annotation, fieldManager } from '../../../../model/product/wire-names.ts';
import { otherOwnerOf } from '../../../../model/manifests/rules/ownership.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { explainApiError } from '../../client/api-error.ts';
import type { KubernetesApi } from '../../client/api.ts';
import { collectionPath } from '../../client/resources.ts';
import type { NamespaceClient } from '../../client/namespace-client.ts';

/** Path of all Jobs of a namespace. */
export function jobsPath(namespace: string): string {
  return collectionPath('batch/v1', 'jobs', namespace);
}

/**
 * Dry-runs the creation of a Job, unless it is there already: then nothing of it can be changed any more.
 * @throws {Refusal} when the server, or its owner, would not let us create it.
 */
export async function checkJob(
  { api, namespace }: NamespaceClient,
  service: string,
  job: KubernetesObject,
): Promise<void> {
  try {
    const live = await readJob(api, namespace, job.metadata.name);
    if (nextJobStep(live, job, service) === 'refuse') throw foreignJob(live!, service);
    if (!live) await createJob(api, namespace, job, { dryRun: 'All' });
  } catch (error) {
    throw explainApiError(error, `check ${describeObject(job)} with the cluster`, api, job);
  }
}

/** The Job of a name, or undefined when there is none. */
export async function readJob(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<KubernetesObject | undefined> {
  return api.get(`${jobsPath(namespace)}/${name}`);
}

/** Creates a Job, strictly. @throws {ApiError} with code 409 when one of its name is there. */
export async function createJob(
  api: KubernetesApi,
  namespace: string,
  job: KubernetesObject,
  query: Readonly<Record<string, string>> = {},
): Promise<KubernetesObject> {
  const { metadata } = job;
  const annotations = { ...metadata.annotations, [annotation.created]: 'true' };
  return (await api.send('POST', jobsPath(namespace), {
    query: { fieldManager, fieldValidation: 'Strict', ...query },
    body: { ...job, metadata: { ...metadata, namespace, annotations } },
    // Should the answer be lost, the second one says that it is there.
    repeatable: true,
  })) as KubernetesObject;
}

/** Deletes a Job and its pods, and not another one that has taken its name. */
export async function deleteJob(
  api: KubernetesApi,
  namespace: string,
  live: KubernetesObject,
  propagationPolicy: 'Foreground' | 'Background',
): Promise<void> {
  const preconditions = { uid: live.metadata['uid'] };
  await api.send('DELETE', `${jobsPath(namespace)}/${live.metadata.name}`, {
    body: { propagationPolicy, preconditions },
  });
}

/** The refusal to run a Job whose name somebody else has taken. */
export function foreignJob(live: KubernetesObject, service: string): Refusal {
  return new Refusal({
    type: 'foreign-object',
    doing: `deploy ${service}`,
    reason: `${describeObject(live)} is already in the namespace ${live.metadata.namespace ?? ''} and belongs to ${otherOwnerOf(live, service) ?? 'another owner'}.`,
    remedy: "Give the service's Job another name, or delete that one.",
  });
}
