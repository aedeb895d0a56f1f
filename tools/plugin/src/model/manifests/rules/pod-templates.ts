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

/** The container that runs the service, among those of an object. */
export function serviceContainerOf(object: KubernetesObject, service: string): Record<string, unknown> | undefined {
  return containersOf(object).find(({ name }) => name === service);
}
