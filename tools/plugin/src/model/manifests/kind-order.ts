import type { KubernetesObject } from './kubernetes-object.ts';

/**
 * Kinds before and after the others: an object comes before those that need it. Other kinds come between these two
 * lists.
 */
const first = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
];
const last = [
  'Pod',
  'Job',
  'CronJob',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Ingress',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
  'HTTPProxy',
  'IngressRoute',
  'VirtualService',
];

/** Place of a kind in the order of applying; kinds with the same place may be applied together. */
export function kindRank(kind: string): number {
  const early = first.indexOf(kind);
  if (early !== -1) return early;
  const late = last.indexOf(kind);
  return late === -1 ? first.length : first.length + 1 + late;
}

/**
 * A step of applying. `prerequisites`: all that workloads and the Jobs of a release may need. `workloads`: what makes pods,
 * and what scales them. `traffic`: what decides which pods clients reach.
 */
export type ApplyStage = 'prerequisites' | 'workloads' | 'traffic';

export const applyStages: readonly ApplyStage[] = ['prerequisites', 'workloads', 'traffic'];

/**
 * Returns the step in which a kind is applied.
 * @param isLive whether there is an object of this name already: a Service that is there sends requests to pods, so a change
 * of its selector or ports is one of traffic; one that is new has no clients, and StatefulSets need theirs.
 */
export function stageOf(kind: string, isLive: boolean): ApplyStage {
  if (isRoute(kind) || (kind === 'Service' && isLive)) return 'traffic';
  return kindRank(kind) < kindRank('Pod') ? 'prerequisites' : 'workloads';
}

/** Reports whether objects of a kind lead clients' requests to a Service. */
export function isRoute(kind: string): boolean {
  return kindRank(kind) >= kindRank('Ingress');
}

/** Orders objects for applying: by kind, then by name. Deleting goes the other way round. */
export function inKindOrder<T extends Pick<KubernetesObject, 'kind' | 'metadata'>>(objects: readonly T[]): T[] {
  return [...objects].sort(
    (a, b) =>
      kindRank(a.kind) - kindRank(b.kind) ||
      compareTexts(a.kind, b.kind) ||
      compareTexts(a.metadata.name, b.metadata.name),
  );
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
