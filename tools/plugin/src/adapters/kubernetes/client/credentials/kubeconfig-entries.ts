import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { Refusal } from '../../../../model/errors/product-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A context, cluster or user of a kubeconfig. */
export interface KubeconfigEntry<Kind extends string = string> {
  readonly kind: Kind;
  readonly name: string;
  readonly value: Fields;
  /** Folder of the file it is in: paths in it are relative to that. */
  readonly folder: string;
  /** That file. */
  readonly file: string;
}

const kinds = ['context', 'cluster', 'user'] as const;
export type EntryKind = (typeof kinds)[number];

/** Returns the entries of a kubeconfig; none for a file that is not there, as kubectl has it. @throws {Refusal} */
export async function readEntries(file: string, doing: string): Promise<KubeconfigEntry<EntryKind>[]> {
  const config = await readConfig(file, doing);
  return kinds.flatMap((kind) => {
    const list = config[`${kind}s`];
    const items: unknown[] = Array.isArray(list) ? list : [];
    return items.filter(isFields).map((item) => ({
      kind,
      name: textIn(item, 'name'),
      value: fieldsIn(item, kind),
      folder: dirname(resolve(file)),
      file: resolve(file),
    }));
  });
}

/** Returns what a kubeconfig says; nothing for a file that is not there. @throws {Refusal} */
export async function readConfig(file: string, doing: string): Promise<Fields> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw badKubeconfig(doing, `The kubeconfig ${file} cannot be read (${code})`, cause);
  }
  let config: unknown;
  try {
    config = parse(content, { logLevel: 'error' });
  } catch (cause) {
    throw badKubeconfig(doing, `The kubeconfig ${file} is not YAML`, cause);
  }
  if (config === null || config === undefined) return {};
  if (!isFields(config)) throw badKubeconfig(doing, `The kubeconfig ${file} is YAML, and no kubeconfig`);
  return config;
}

/** Returns the entry of a kind and a name; of several the first, as kubectl has it. */
export function findEntry(
  entries: readonly KubeconfigEntry<EntryKind>[],
  kind: EntryKind,
  name: string,
): KubeconfigEntry<EntryKind> | undefined {
  return entries.find((entry) => entry.kind === kind && entry.name === name);
}

/** Returns a field that is a text; else the empty text. */
export function textIn(fields: Fields | undefined, name: string): string {
  const value = fields?.[name];
  return typeof value === 'string' ? value : '';
}

/** Returns the texts of a field that is a list. */
export function textsIn(fields: Fields, name: string): string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Returns a field that has fields of its own; else none. */
export function fieldsIn(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the refusal of a kubeconfig. @param reason a sentence without its stop. */
export function badKubeconfig(doing: string, reason: string, cause?: unknown): Refusal {
  return new Refusal({
    type: 'bad-kubeconfig',
    doing,
    reason: `${reason}.`,
    remedy: 'Fix the kubeconfig, or get a new one from the operator of the cluster.',
    cause,
  });
}
