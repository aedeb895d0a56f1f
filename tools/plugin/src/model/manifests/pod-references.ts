import type { KubernetesObject } from './kubernetes-object.ts';
import { apiGroup, isMap } from './source/object-fields.ts';

/** Kinds that pods name, and cannot start again without. */
const namedKinds: readonly string[] = ['ConfigMap', 'Secret', 'ServiceAccount'];

/** Reports whether pods may name an object. */
export function mayBeNamed(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return apiGroup(object) === '' && namedKinds.includes(object.kind);
}

/**
 * Returns what a pod, or a template of pods, names: `ConfigMap orders-1a2b3c4d5e`. Every field whose name says that it is
 * of a ConfigMap or Secret counts, so that kinds of volumes that come later do, too.
 */
export function podReferences(template: unknown): Set<string> {
  const found = new Set<string>();
  collect(template, '', (kind, name) => found.add(`${kind} ${name}`));
  return found;
}

function collect(value: unknown, key: string, add: (kind: string, name: string) => void): void {
  if (Array.isArray(value)) for (const item of value) collect(item, key, add);
  if (!isMap(value)) return;
  const kind = /configmap/i.test(key) ? 'ConfigMap' : /secret/i.test(key) ? 'Secret' : undefined;
  if (kind !== undefined && typeof value['name'] === 'string') add(kind, value['name']);
  for (const [field, inner] of Object.entries(value)) {
    if (typeof inner !== 'string') collect(inner, field, add);
    else if (field === 'secretName') add('Secret', inner);
    else if (field === 'serviceAccountName') add('ServiceAccount', inner);
  }
}
