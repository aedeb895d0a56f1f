import { isSeq, parse, parseDocument, stringify } from 'yaml';
import { isMap } from '../manifests/source/object-fields.ts';
import type { RenderedAdoption } from './adopt-rendered.ts';
import type { ObjectPatch } from './object-patch.ts';

/**
 * Returns the files of a kustomization with patches added, and with what is new among its resources. What is written in it
 * stays, comments too.
 * @param texts of the files in its folder, by name. @param file name of the kustomization itself.
 * @returns the files that are new or changed, by name.
 */
export function patchKustomization(
  texts: ReadonlyMap<string, string>,
  file: string,
  { patches, added }: Pick<RenderedAdoption, 'patches' | 'added'>,
): ReadonlyMap<string, string> {
  const document = parseDocument(texts.get(file) ?? '', { logLevel: 'silent' });
  // What somebody else wrote under this name stays.
  const resources = [...added].map(([name, text]) => [texts.has(name) ? `release-${name}` : name, text] as const);
  const written = new Map<string, string>(resources);
  const add = (field: string, value: unknown) => {
    const list = document.get(field, true);
    if (isSeq(list)) list.add(document.createNode(value));
    else document.set(field, document.createNode([value]));
  };
  for (const [name] of resources) add('resources', name);
  for (const patch of patches) {
    const name = fileOf(patch);
    const known = texts.get(name);
    written.set(name, patchText(patch, document.toJS() as unknown, known));
    if (known === undefined) add('patches', { path: name });
  }
  return written.set(file, document.toString({ lineWidth: 0 }));
}

/** Name of the file of an object's patch. */
function fileOf({ object: { kind, metadata } }: ObjectPatch): string {
  return `release-${kind.toLowerCase()}-${metadata.name}.yaml`;
}

function patchText({ object, patch }: ObjectPatch, kustomization: unknown, known: string | undefined): string {
  const metadata = isMap(patch['metadata']) ? patch['metadata'] : {};
  const { apiVersion, kind } = object;
  const name = nameBefore(object.metadata.name, kustomization);
  const whole = { apiVersion, kind, metadata: { name, ...metadata }, ...without(patch, 'metadata') };
  const earlier: unknown = known === undefined ? {} : parse(known);
  return `# What a release asks for, so that no request fails.\n${stringify(merged(earlier, whole), { lineWidth: 0 })}`;
}

/** Patches go before a name is made longer. */
function nameBefore(name: string, kustomization: unknown): string {
  const [prefix, suffix] = ['namePrefix', 'nameSuffix'].map((field) => {
    const value = isMap(kustomization) ? kustomization[field] : undefined;
    return typeof value === 'string' ? value : '';
  }) as [string, string];
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return suffix !== '' && rest.endsWith(suffix) ? rest.slice(0, -suffix.length) : rest;
}

function without(map: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

/** Lays a patch over an earlier one; items of lists are known by their `name`. */
function merged(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && Array.isArray(over)) {
    const isSame = (a: unknown, b: unknown) =>
      isMap(a) && isMap(b) && a['name'] !== undefined && a['name'] === b['name'];
    const rest = under.filter((item) => !over.some((other) => isSame(item, other)));
    return [
      ...rest,
      ...over.map((item: unknown) =>
        merged(
          under.find((other) => isSame(other, item)),
          item,
        ),
      ),
    ];
  }
  if (!isMap(under) || !isMap(over)) return over;
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) result[key] = merged(under[key], value);
  return result;
}
