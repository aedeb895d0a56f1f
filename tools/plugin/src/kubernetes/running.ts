import type { KubernetesObject } from '../model/kubernetes-object.ts';
import { annotation, label } from '../model/manifests/labels.ts';
import { fieldAt, isMap, listAt } from '../model/manifests/manifest.ts';
import { serviceContainerOf } from '../model/manifests/pod-templates.ts';
import type { RunningService } from '../release/ports/cluster.ts';
import { explainApiError } from './api-error.ts';
import type { KubernetesApi } from './api.ts';
import { collectionPath } from './resources.ts';

const workloads = [
  { plural: 'deployments', kind: 'Deployment' },
  { plural: 'statefulsets', kind: 'StatefulSet' },
  { plural: 'daemonsets', kind: 'DaemonSet' },
];

/** What the cluster says of a service's workload and its pods. */
export async function runningOf(
  api: KubernetesApi,
  namespace: string,
  service: string,
): Promise<RunningService | undefined> {
  try {
    const query = { labelSelector: `${label.service}=${service}` };
    const lists = await Promise.all(
      workloads.map(async ({ plural, kind }) => {
        const path = collectionPath('apps/v1', plural, namespace);
        const list = await api.get<{ items: KubernetesObject[] }>(path, query);
        return (list?.items ?? []).map((item) => ({ ...item, apiVersion: 'apps/v1', kind }));
      }),
    );
    const workload = lists.flat().find((object) => serviceContainerOf(object, service) !== undefined);
    if (!workload) return undefined;
    const pods = await podsOf(api, namespace, workload);
    const { annotations = {} } = workload.metadata;
    return {
      buildNumber: annotations[annotation.buildNumber],
      commit: annotations[annotation.commit],
      digests: [...new Set(pods.flatMap((pod) => digestOf(pod, service) ?? []))],
      podsReady: pods.filter(isReady).length,
      podsWanted: Number(
        fieldAt(workload, 'spec', 'replicas') ?? fieldAt(workload, 'status', 'desiredNumberScheduled') ?? 0,
      ),
    };
  } catch (error) {
    throw explainApiError(error, `see what runs of ${service}`, api);
  }
}

/** `app=orders,tier=api` of a workload's `spec.selector`. */
export function labelSelectorOf(workload: KubernetesObject): string {
  const selector = fieldAt(workload, 'spec', 'selector');
  const labels = fieldAt(selector, 'matchLabels');
  const equal = Object.entries(isMap(labels) ? labels : {}).map(([key, value]) => `${key}=${String(value)}`);
  const others = listAt(selector, 'matchExpressions').map(({ key, operator, values }) => {
    const list = Array.isArray(values) ? `(${values.join(',')})` : '';
    if (operator === 'In') return `${String(key)} in ${list}`;
    if (operator === 'NotIn') return `${String(key)} notin ${list}`;
    return operator === 'Exists' ? String(key) : `!${String(key)}`;
  });
  return [...equal, ...others].join(',');
}

/** Pods of a workload that are neither ended nor about to end. */
async function podsOf(api: KubernetesApi, namespace: string, workload: KubernetesObject): Promise<KubernetesObject[]> {
  const path = collectionPath('v1', 'pods', namespace);
  const list = await api.get<{ items: KubernetesObject[] }>(path, { labelSelector: labelSelectorOf(workload) });
  return (list?.items ?? []).filter((pod) => {
    const phase = fieldAt(pod, 'status', 'phase');
    return pod.metadata['deletionTimestamp'] === undefined && phase !== 'Succeeded' && phase !== 'Failed';
  });
}

/** Digest of the image that a pod's container really runs with. */
function digestOf(pod: KubernetesObject, container: string): string | undefined {
  const status = listAt(pod, 'status', 'containerStatuses').find(({ name }) => name === container);
  return /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(String(status?.['imageID'] ?? ''))?.[1];
}

function isReady(pod: KubernetesObject): boolean {
  return listAt(pod, 'status', 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True');
}
