import { annotation } from '../../product/wire-names.ts';
import { objectOfKind } from '../kind-name.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { apiGroup, fieldAt, isMap, listAt } from '../source/object-fields.ts';

/** Where a kind keeps the pods it makes; an empty path is the object itself. */
const templatePaths: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  '/Pod': [],
};

/** Kinds whose pods serve, and are replaced bit by bit. */
export const rolloutKinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** Reports whether an object is one whose rollout can be waited for. */
export function isRollout(object: KubernetesObject): boolean {
  return apiGroup(object) === 'apps' && rolloutKinds.some((kind) => kind === object.kind);
}

/** Reports whether an object is one whose pods come when it is time for them, and end. */
export function isCronJob({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return apiVersion.startsWith('batch/') && kind === 'CronJob';
}

/** Reports whether an object is a workload: it runs all the time, or again and again. */
export function isWorkload(object: KubernetesObject): boolean {
  return isRollout(object) || isCronJob(object);
}

/** Reports whether a kind, `apps/v1/Deployment`, is one of workloads. */
export function isWorkloadKind(kind: string): boolean {
  return isWorkload(objectOfKind(kind));
}

/** @returns the pod template (or the Pod itself) inside an object, or undefined when its kind makes no pods. */
export function podTemplateOf(object: KubernetesObject): Record<string, unknown> | undefined {
  const path = templatePaths[`${apiGroup(object)}/${object.kind}`];
  const template = path && fieldAt(object, ...path);
  return isMap(template) ? template : undefined;
}

/** All containers of the pods that an object makes; those that run first come last. */
export function containersOf(object: KubernetesObject): Record<string, unknown>[] {
  const template = podTemplateOf(object);
  return [...listAt(template, 'spec', 'containers'), ...listAt(template, 'spec', 'initContainers')];
}

/** The container that runs the service, among those of an object: the one that its annotation names, or that of the service's name. */
export function serviceContainerOf(object: KubernetesObject, service: string): Record<string, unknown> | undefined {
  const name = serviceContainerName(object, service);
  return containersOf(object).find((container) => container['name'] === name);
}

/** The name that the container has which runs the service. */
export function serviceContainerName({ metadata }: Pick<KubernetesObject, 'metadata'>, service: string): string {
  return metadata.annotations?.[annotation.container] ?? service;
}
