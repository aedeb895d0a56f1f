import type { KubernetesObject } from './kubernetes-object.ts';

/** What is needed comes before who needs it. Kinds that are not named stand between those two lists. */
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
  'HTTPProxy',
];

/** Place of a kind in the order of applying; kinds with the same place may be applied together. */
export function kindRank(kind: string): number {
  const early = first.indexOf(kind);
  if (early !== -1) return early;
  const late = last.indexOf(kind);
  return late === -1 ? first.length : first.length + 1 + late;
}

/** Whether a kind has its place before all that makes pods: what Jobs of a release may need is there then. */
export function isBeforeWorkloads(kind: string): boolean {
  return kindRank(kind) < kindRank('Pod');
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
