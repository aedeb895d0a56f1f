import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { label } from '../../../model/product/wire-names.ts';
import { podReferences } from '../../../model/manifests/pod-references.ts';
import { isRollout } from '../../../model/manifests/rules/pod-templates.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import { ApiError } from '../client/api-error.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';
import { collectionPath } from '../client/resources.ts';
import { labelSelectorOf } from '../observe/running.ts';
import { conditionsOf } from './wait/conditions.ts';

/** The makers of pods of a service: what they made may be there longer than the release. */
export interface PodMakers {
  readonly service: string;
  /** Workloads that are there and stay. */
  readonly workloads: readonly KubernetesObject[];
  /** True when the service has, or had, CronJobs, whose Jobs have no label of the service. */
  readonly hasCronJobs: boolean;
}

/**
 * Returns what pods of a service name that are there, or that may still be made of what is kept: ReplicaSets and revisions
 * of StatefulSets and DaemonSets (`revisionHistoryLimit` of them), and Jobs that have not ended.
 * @returns `ConfigMap orders-1a2b3c4d5e`; undefined where this account may not look at all of it.
 */
export async function namedByPods(
  { api, namespace }: NamespaceClient,
  { service, workloads, hasCronJobs }: PodMakers,
): Promise<Set<string> | undefined> {
  const list = async (apiVersion: string, plural: string, labelSelector?: string) => {
    const path = collectionPath(apiVersion, plural, namespace);
    return (await api.get<{ items: KubernetesObject[] }>(path, { labelSelector }))?.items ?? [];
  };
  const ofWorkload = async (workload: KubernetesObject) => {
    const selector = labelSelectorOf(workload);
    const [pods, kept] = await Promise.all([
      list('v1', 'pods', selector),
      workload.kind === 'Deployment'
        ? list('apps/v1', 'replicasets', selector)
        : list('apps/v1', 'controllerrevisions', selector),
    ]);
    return [...pods.filter(mayStartAgain).map(({ spec }) => spec), ...kept.map(templateKeptIn)];
  };
  try {
    const [jobs, ...templates] = await Promise.all([
      list('batch/v1', 'jobs', hasCronJobs ? undefined : `${label.service}=${service}`),
      ...workloads.filter(isRollout).map(ofWorkload),
    ]);
    const all = [...jobs.filter(isUnfinished).map(({ spec }) => fieldAt(spec, 'template')), ...templates.flat()];
    return new Set(all.flatMap((template) => [...podReferences(template)]));
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw error;
  }
}

/** Returns the template that a ReplicaSet has, or a revision keeps. */
function templateKeptIn(object: KubernetesObject): unknown {
  return fieldAt(object, 'spec', 'template') ?? fieldAt(object, 'data', 'spec', 'template');
}

function mayStartAgain(pod: KubernetesObject): boolean {
  const phase = fieldAt(pod, 'status', 'phase');
  return pod.metadata['deletionTimestamp'] === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function isUnfinished(job: KubernetesObject): boolean {
  return !conditionsOf(job).some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}
