import { closestName } from '../../text/did-you-mean.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { Refusal } from '../../errors/product-error.ts';
import { isMap, placedIdentityOf } from './object-fields.ts';
import type { Manifest } from './manifest.ts';

/** `$patch: delete` in an object, or in an item of a list, takes it away. */
const patchKey = '$patch';

/**
 * Lays what is special to an environment over manifests: maps merge field by field, lists whose items
 * all have a name merge by it, other lists are replaced, `null` takes a field away, `$patch: delete` an object or item.
 * @param namespace the environment's own, of objects that name none.
 * @throws {Refusal} for objects that are not among `base`.
 */
export function overlay(base: readonly Manifest[], patches: readonly Manifest[], namespace?: string): Manifest[] {
  const identityOf = (object: KubernetesObject) => placedIdentityOf(object, namespace);
  const patchOf = new Map(patches.map((patch) => [identityOf(patch.object), patch]));
  const known = new Set(base.map(({ object }) => identityOf(object)));
  const strangers = patches.filter(({ object }) => !known.has(identityOf(object)));
  if (strangers.length > 0) throw refusalOf(strangers, base);
  return base.flatMap(({ object, source }) => {
    const patch = patchOf.get(identityOf(object));
    if (!patch) return [{ object, source }];
    if (patch.object[patchKey] === 'delete') return [];
    return [{ object: mergeMaps(object, patch.object) as KubernetesObject, source: source.with(patch.source) }];
  });
}

function merge(base: unknown, patch: unknown): unknown {
  if (isMap(base) && isMap(patch)) return mergeMaps(base, patch);
  if (isNamedList(base) && isNamedList(patch) && base.length > 0) return mergeLists(base, patch);
  return withoutNulls(patch);
}

function mergeMaps(base: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merged = new Map(Object.entries(base));
  // An environment variable has one source: the one that is laid over the other.
  if (patch['valueFrom'] !== undefined && 'name' in patch) merged.delete('value');
  if (patch['value'] !== undefined && 'name' in patch) merged.delete('valueFrom');
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merged.has(key) ? merge(merged.get(key), value) : withoutNulls(value));
  }
  return Object.fromEntries(merged);
}

type Named = Record<string, unknown> & { name: string };

function mergeLists(base: readonly Named[], patch: readonly Named[]): unknown[] {
  const patches = new Map(patch.map((item) => [item.name, item]));
  const merged = base.flatMap((item) => {
    const own = patches.get(item.name);
    if (!own) return [item];
    patches.delete(item.name);
    return own[patchKey] === 'delete' ? [] : [mergeMaps(item, own)];
  });
  const added = [...patches.values()].filter((item) => item[patchKey] !== 'delete').map(withoutNulls);
  return [...merged, ...added];
}

/** Reports whether a value is a list in which each item has a name of its own. */
function isNamedList(value: unknown): value is Named[] {
  if (!Array.isArray(value)) return false;
  const names = value.map((item) => (isMap(item) && typeof item['name'] === 'string' ? item['name'] : undefined));
  return !names.includes(undefined) && new Set(names).size === names.length;
}

/** Removes nulls: an overlay over nothing has nothing to remove. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutNulls(field)]),
  );
}

function refusalOf(strangers: readonly Manifest[], base: readonly Manifest[]): Refusal {
  const names = base.map(({ object }) => describeObject(object));
  const lines = strangers.map(({ object, source }) => {
    const near = closestName(describeObject(object), names);
    return `${source}: ${describeObject(object)} (${object.apiVersion}) is not among the manifests below it${near === undefined ? '' : `; did you mean ${near}`}.`;
  });
  return new Refusal({
    type: 'bad-overlay',
    doing: "lay the environment's manifests over the others",
    reason: lines.length === 1 ? lines[0]! : `${lines.length} objects are not among the manifests below them.`,
    remedy: `An overlay changes objects that are there: ${names.join(', ') || 'none'}. Put new ones into a file of their own.`,
    ...(lines.length === 1 ? {} : { evidence: lines }),
  });
}
