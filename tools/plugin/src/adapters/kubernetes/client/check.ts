import type { Environment } from '../../../model/environment/environment.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { ApiError, explainApiError } from './api-error.ts';
import type { KubernetesApi } from './api.ts';

/** The rights that a deployer needs for every service. */
const needed = [
  { verb: 'patch', group: 'apps', resource: 'deployments' },
  { verb: 'create', group: 'apps', resource: 'controllerrevisions' },
  { verb: 'create', group: 'coordination.k8s.io', resource: 'leases' },
];

/** Makes sure that the cluster answers, and that we may deploy to the namespace. @throws {Refusal} */
export async function checkAccess(
  api: KubernetesApi,
  { name, namespace }: Pick<Environment, 'name' | 'namespace'>,
): Promise<void> {
  const doing = `reach the namespace ${namespace} of ${name}`;
  // One after the other would cost as much again; what the namespace says comes first in what is told.
  const allowed = needed.map((access) => isAllowed(api, namespace, access));
  const answers = Promise.allSettled(allowed);
  const found = await readNamespace(api, { name, namespace }, doing);
  if (found?.metadata['deletionTimestamp'] !== undefined) throw endingNamespace(api, namespace, doing);
  for (const [index, answer] of (await answers).entries()) {
    if (answer.status === 'rejected') throw explainApiError(answer.reason, doing, api);
    if (!answer.value) throw notAllowed(api, namespace, needed[index]!, doing);
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

async function isAllowed(
  api: KubernetesApi,
  namespace: string,
  { verb, group, resource }: (typeof needed)[number],
): Promise<boolean> {
  const answer = (await api.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, verb, group, resource } },
    },
    repeatable: true,
  })) as KubernetesObject & { status?: { allowed?: boolean } };
  return answer.status?.allowed === true;
}

function noNamespace(api: KubernetesApi, name: string, namespace: string, doing: string): Refusal {
  return new Refusal({
    type: 'no-namespace',
    doing,
    reason: `The cluster ${api.context} (${api.server}) has no namespace "${namespace}".`,
    remedy: `Provision it (\`nx run infrastructure:provision --env=${name}\`; by hand: \`kubectl --context ${api.context} create namespace ${namespace}\`), or correct "namespace" in Infrastructure/environments/${name}.yaml.`,
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

function notAllowed(
  api: KubernetesApi,
  namespace: string,
  { verb, group, resource }: (typeof needed)[number],
  doing: string,
): Refusal {
  return new Refusal({
    type: 'forbidden',
    doing,
    reason: `This account may not ${verb} ${resource}.${group} in the namespace "${namespace}" of the cluster ${api.context}.`,
    remedy: `Give it the verb "${verb}" on "${resource}" there (Infrastructure/kubernetes), or use another context.`,
  });
}
