import { environmentsFolder } from '../../../model/workspace/places.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { AccessReview } from './access-review.ts';
import { ApiError, explainApiError } from './api-error.ts';
import type { KubernetesApi } from './api.ts';
import { deployAccess } from './required-access.ts';

/** Makes sure that the cluster answers, and that we may deploy to the namespace. @throws {Refusal} */
export async function checkAccess(
  api: KubernetesApi,
  { name, namespace }: Pick<Environment, 'name' | 'namespace'>,
  review: AccessReview,
): Promise<void> {
  const doing = `reach the namespace ${namespace} of ${name}`;
  // One after the other would cost as much again; what the namespace says comes first in what is told.
  const reviewing = review.require(deployAccess, doing);
  reviewing.catch(() => undefined);
  const found = await readNamespace(api, { name, namespace }, doing);
  if (found?.metadata['deletionTimestamp'] !== undefined) throw endingNamespace(api, namespace, doing);
  try {
    await reviewing;
  } catch (error) {
    throw explainApiError(error, doing, api);
  }
}

/** Makes sure that the namespace is there, for those who only look. @throws {Refusal} */
export async function refuseMissingNamespace(
  api: KubernetesApi,
  environment: Pick<Environment, 'name' | 'namespace'>,
): Promise<void> {
  await readNamespace(api, environment, `inspect the namespace ${environment.namespace} of ${environment.name}`);
}

/** @returns undefined for those who may not look at it. @throws {Refusal} when it is not there. */
async function readNamespace(
  api: KubernetesApi,
  { name, namespace }: Pick<Environment, 'name' | 'namespace'>,
  doing: string,
): Promise<KubernetesObject | undefined> {
  let found: KubernetesObject | undefined;
  try {
    found = await api.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`);
  } catch (error) {
    // Who may deploy to a namespace need not be allowed to look at it.
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw explainApiError(error, doing, api);
  }
  if (!found) throw noNamespace(api, name, namespace, doing);
  return found;
}

function noNamespace(api: KubernetesApi, name: string, namespace: string, doing: string): Refusal {
  return new Refusal({
    type: 'no-namespace',
    doing,
    reason: `The cluster ${api.context} (${api.server}) has no namespace "${namespace}".`,
    remedy: `Provision it (\`nx run infrastructure:provision --env=${name}\`; by hand: \`kubectl --context ${api.context} create namespace ${namespace}\`), or correct "namespace" in ${environmentsFolder}/${name}.yaml.`,
  });
}

function endingNamespace(api: KubernetesApi, namespace: string, doing: string): Refusal {
  return new Refusal({
    type: 'namespace-ends',
    doing,
    reason: `The namespace "${namespace}" of the cluster ${api.context} is being deleted.`,
    remedy: 'Wait until it is gone, and provision it again.',
  });
}
