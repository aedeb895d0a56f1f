import { posix } from 'node:path';
import { parseYaml, pointerKeys } from '../../changes/api/api-document.ts';
import type { DescriptionRule } from './description-rules.ts';
import type { Place, Problem } from './place.ts';

/** Texts of a service's files, by their path from the workspace's root; undefined for those that are not there. */
export type FileTexts = ReadonlyMap<string, string | undefined>;

/** The value that a reference leads to, and where it stands. */
export interface Target extends Place {
  readonly value: unknown;
}

type Refuse = (text: string, rule?: DescriptionRule) => undefined;

/** Finds what references lead to: in their own file, or in another one of the service's folder. */
export class ReferenceTargets {
  /** Files that are referred to and were not given. */
  readonly needs = new Set<string>();
  private readonly values: Map<string, unknown>;
  private readonly folder: string;
  private readonly texts: FileTexts;
  private readonly report: (problem: Problem) => void;

  /** @param read values of the files that were read already. @param folder of the service. */
  constructor(
    read: ReadonlyMap<string, unknown>,
    folder: string,
    texts: FileTexts,
    report: (problem: Problem) => void,
  ) {
    this.values = new Map(read);
    this.folder = folder;
    this.texts = texts;
    this.report = report;
  }

  /** @param from where the reference stands. @returns undefined after a report, or when a file is needed first. */
  find(reference: string, from: Place): Target | undefined {
    const refuse: Refuse = (text, rule = 'reference') => void this.report({ at: from, rule, text });
    const hash = reference.indexOf('#');
    const [path, fragment] = hash < 0 ? [reference, ''] : [reference.slice(0, hash), reference.slice(hash + 1)];
    const file = path === '' ? from.file : this.fileOf(path, from, refuse);
    if (file === undefined || !this.load(file, refuse)) return undefined;
    if (fragment !== '' && !fragment.startsWith('/'))
      return refuse(`The reference "${reference}" is no way through the file, such as "#/components/schemas/Order".`);
    const keys = pointerKeys(fragment);
    const value = valueAt(this.values.get(file), keys);
    return value === undefined ? refuse(`The reference "${reference}" leads nowhere.`) : { file, keys, value };
  }

  private fileOf(path: string, from: Place, refuse: Refuse): string | undefined {
    if (/^([a-z][a-z0-9+.-]*:|\/\/|\\)/i.test(path))
      return void refuse(
        `The reference "${path}" leads to another server; what it has can change after the release.`,
        'reference-outside',
      );
    const file = posix.join(posix.dirname(from.file), decoded(path));
    if (!path.startsWith('/') && file.startsWith(`${this.folder}/`)) return file;
    refuse(
      `The reference "${path}" leads out of ${this.folder}: only what is in there is released with the service.`,
      'reference-outside',
    );
    return undefined;
  }

  private load(file: string, refuse: Refuse): boolean {
    if (this.values.has(file)) return true;
    const text = this.texts.get(file);
    if (text === undefined) {
      if (this.texts.has(file)) refuse(`There is no file ${file}.`);
      else this.needs.add(file);
      return false;
    }
    const read = parseYaml(text);
    this.values.set(file, 'reason' in read ? undefined : read.value);
    if (!('reason' in read)) return true;
    const { reason, line } = read;
    this.report({ at: { file, keys: [] }, rule: 'yaml', text: reason, ...(line === undefined ? {} : { line }) });
    return true;
  }
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
