import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { isMap } from '../manifests/source/object-fields.ts';

/** Returns an object with the fields only in which a live one has the same: applying it changes nothing. */
export function commonPart(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const common = sameIn(object, live) as Omit<KubernetesObject, 'metadata'> & { readonly metadata?: object };
  const place = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...common, apiVersion, kind, metadata: { ...common.metadata, ...place } };
}

/** Reports whether two wish for different values of a field. Lists are taken as wholes. */
export function disagree(one: unknown, other: unknown): boolean {
  if (!isMap(one) || !isMap(other)) return !isDeepStrictEqual(one, other);
  return Object.keys(one).some((key) => key in other && disagree(one[key], other[key]));
}

function sameIn(wanted: Readonly<Record<string, unknown>>, live: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]): [string, unknown][] => {
      const there = live[key];
      if (isDeepStrictEqual(value, there)) return [[key, value]];
      if (!isMap(value) || !isMap(there)) return [];
      const same = sameIn(value, there);
      return Object.keys(same).length === 0 ? [] : [[key, same]];
    }),
  );
}
