import type { KubernetesObject } from '../kubernetes-object.ts';

/**
 * Returns the identity of an object within its namespace: `apps/Deployment/orders`. The API's version is not part of
 * it.
 */
export function identityOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>): string {
  return `${apiGroup(object)}/${object.kind}/${object.metadata.name}`;
}

/**
 * Returns the identity of an object as it is written, among those of several namespaces.
 * @param home the namespace of objects that name none.
 */
export function placedIdentityOf(
  object: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>,
  home: string | undefined,
): string {
  const { namespace } = object.metadata;
  const isHome = namespace === undefined || namespace === home || namespace === '${NAMESPACE}';
  return `${isHome ? '' : namespace}/${identityOf(object)}`;
}

/** `apps` of `apps/v1`; empty for the core group. */
export function apiGroup({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** Reports whether a value is a map of fields (and neither a list nor null). */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a field below an object, or undefined where the way ends. */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (!isMap(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

/** The maps in the list at a field, or none. */
export function listAt(value: unknown, ...path: readonly string[]): Record<string, unknown>[] {
  const list = fieldAt(value, ...path);
  return Array.isArray(list) ? list.filter(isMap) : [];
}
