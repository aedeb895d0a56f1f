import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { isMap } from '../manifests/source/object-fields.ts';

/** The change of one object, as a patch that is merged strategically: items of lists are known by their `name`. */
export interface ObjectPatch {
  readonly object: KubernetesObject;
  /** The file that the object was in. */
  readonly path: string;
  readonly patch: Readonly<Record<string, unknown>>;
}

/** A field that a patch sets. */
export interface PatchedField {
  /** Keys; of an item of a list, its name: `['spec', 'containers', 'orders', 'lifecycle']`. */
  readonly keys: readonly string[];
  readonly value: unknown;
}

/** Returns patches that make of objects what became of them; of those that differ. */
export function objectPatches(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly ObjectPatch[] {
  return [...before].flatMap(([path, text]) => {
    const now = objectsIn(after.get(path) ?? '');
    return objectsIn(text).flatMap((object) => {
      const same = now.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
      const patch = same && difference(object, same);
      return isMap(patch) ? [{ object, path, patch }] : [];
    });
  });
}

/** Returns the fields that a patch sets, the outermost that are new. @param object without the patch. */
export function patchedFields({ patch, object }: Pick<ObjectPatch, 'patch' | 'object'>): readonly PatchedField[] {
  return fieldsOf(patch, object, []);
}

function fieldsOf(patch: unknown, was: unknown, keys: readonly string[]): PatchedField[] {
  if (isMap(patch) && isMap(was))
    return Object.entries(patch).flatMap(([key, value]) => fieldsOf(value, was[key], [...keys, key]));
  if (isNamed(patch) && isNamed(was))
    return patch.flatMap(({ name, ...rest }) => {
      const item = was.find((each) => each.name === name);
      return fieldsOf(rest, item, [...keys, name]);
    });
  return [{ keys, value: patch }];
}

/** Returns what is to be merged into a value to make another of it; undefined where they are the same. */
function difference(from: unknown, to: unknown): unknown {
  if (isDeepStrictEqual(from, to)) return undefined;
  if (isMap(from) && isMap(to)) {
    // What goes is null.
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    const changes = keys.map((key) => [key, key in to ? difference(from[key], to[key]) : null] as const);
    return Object.fromEntries(changes.filter(([, value]) => value !== undefined));
  }
  if (!isNamed(from) || !isNamed(to)) return to;
  return to.flatMap((item) => {
    const change = difference(
      from.find(({ name }) => name === item.name),
      item,
    );
    return isMap(change) ? [{ name: item.name, ...change }] : [];
  });
}

function isNamed(value: unknown): value is readonly { readonly name: string }[] {
  return Array.isArray(value) && value.every((item) => isMap(item) && typeof item['name'] === 'string');
}

function objectsIn(text: string): KubernetesObject[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent', merge: true });
  if (!Array.isArray(documents)) return [];
  return documents
    .map((document) => document.toJS() as KubernetesObject)
    .filter((object) => isMap(object) && isMap(object.metadata));
}
