import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { serviceContainerName } from '../../../model/manifests/rules/pod-templates.ts';
import { annotation } from '../../../model/product/wire-names.ts';
import { fieldAt, isMap, listAt } from '../../../model/manifests/source/object-fields.ts';
import type { DeployedCronJob, RunningService } from '../../../model/observe/running-service.ts';
import { isOurs, managedFieldsOf } from '../deploy/managed-fields.ts';
import { creationObstacle } from './creation-obstacle.ts';
import { healthOf, podsWanted } from './health.ts';

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

/** The part of a pod that identifies its service: a few bytes of its many thousands. */
export interface PodFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly isReady: boolean;
  /** Digest of the image that each container really runs with, by the container's name. */
  readonly digests: ReadonlyMap<string, string>;
}

/** @returns undefined for a pod that has ended, or is about to. */
export function podFacts(pod: KubernetesObject): PodFacts | undefined {
  const phase = fieldAt(pod, 'status', 'phase');
  if (pod.metadata['deletionTimestamp'] || phase === 'Succeeded' || phase === 'Failed') return undefined;
  const digests = new Map<string, string>();
  for (const { name, imageID } of listAt(pod, 'status', 'containerStatuses')) {
    const digest = /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(String(imageID ?? ''))?.[1];
    if (digest !== undefined) digests.set(String(name), digest);
  }
  const isReady = listAt(pod, 'status', 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True');
  return { labels: pod.metadata.labels ?? {}, isReady, digests };
}

/** A service's workload, with what belongs to it. */
interface ObservedWorkload {
  readonly workload: KubernetesObject;
  readonly pods: readonly PodFacts[];
  /** Those about workloads that lack pods. */
  readonly events: readonly KubernetesObject[];
}

/** Returns the running release of a service by its workload and pods. */
export function runningOf({ workload, pods, events }: ObservedWorkload, service: string): RunningService {
  const { annotations = {} } = workload.metadata;
  const obstacle = creationObstacle(workload, events);
  return {
    buildNumber: annotations[annotation.buildNumber],
    commit: annotations[annotation.commit],
    digests: [...new Set(pods.flatMap(({ digests }) => digests.get(serviceContainerName(workload, service)) ?? []))],
    podsReady: pods.filter(({ isReady }) => isReady).length,
    podsWanted: podsWanted(workload),
    health: healthOf(workload),
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/** Returns a CronJob with the time at which this tool changed it last, by the cluster's own clock. */
export function deployedCronJob(object: KubernetesObject): DeployedCronJob {
  return { object, deployedAt: managedFieldsOf(object).find(isOurs)?.time };
}
