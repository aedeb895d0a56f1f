import { parse } from 'yaml';
import { isMap } from '../../../manifests/source/object-fields.ts';
import { textOf, whyNotRead } from '../lock-text.ts';
import { joinedByName, sourceOf, type Asker, type NodeLockfile, type NodePackage } from './node-lockfile.ts';

/**
 * Reads a `pnpm-lock.yaml` (lockfileVersion 5 to 9). The file is cut into its entries first, and YAML's parser reads those
 * that are asked for: it takes a second for the whole file of a large workspace.
 * @returns a sentence that says why not, where it is none.
 */
export function parsePnpmLockfile(text: string): NodeLockfile | string {
  const reason = whyNotRead(text);
  if (reason !== undefined) return reason;
  const sections = sectionsOf(text);
  if (!sections.has('lockfileVersion')) return 'It has no "lockfileVersion", as lockfiles of pnpm have.';
  const isBroken = ['importers', 'packages', 'snapshots'].some((name) => sections.get(name)?.isBroken);
  return isBroken ? 'It is not laid out as pnpm does.' : new PnpmLockfile(sections);
}

interface Section {
  /** The text of each entry, by its key. */
  readonly entries: Map<string, string>;
  /** True when a line belongs to no entry. */
  isBroken: boolean;
}

const topLevel = /^([A-Za-z]\w*):/;
const entryLine = /^ {2}(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)"|([^\s'"].*?)):(?: +(.*))?$/;

/** Cuts a file at its first two levels. */
function sectionsOf(text: string): Map<string, Section> {
  let sections = new Map<string, Section>();
  let section: Section | undefined;
  let entry = '';
  for (const line of text.split(/\r?\n/)) {
    const [, name] = topLevel.exec(line) ?? [];
    // Of several documents, the last one is the workspace's.
    if (line === '---') sections = new Map();
    else if (name !== undefined) sections.set(name, (section = { entries: new Map(), isBroken: false }));
    else if (line.trim() === '' || line.startsWith('#')) continue;
    else if (line.startsWith('   ')) {
      if (section?.entries.has(entry)) section.entries.set(entry, `${section.entries.get(entry)}\n${line}`);
      else if (section) section.isBroken = true;
    } else {
      const [, single, double, bare, value = ''] = entryLine.exec(line) ?? [];
      const key = single?.replaceAll("''", "'") ?? double ?? bare;
      if (key !== undefined) section?.entries.set((entry = key), value);
      else if (section) section.isBroken = true;
    }
  }
  return sections;
}

class PnpmLockfile implements NodeLockfile {
  private readonly sections: ReadonlyMap<string, Section>;
  private readonly isVersion5: boolean;
  private readonly importers = new Map<string, ReadonlyMap<string, string>>();

  constructor(sections: ReadonlyMap<string, Section>) {
    this.sections = sections;
    this.isVersion5 =
      sections.get('snapshots') === undefined && this.keys().some((key) => /^\/[^@]+\/[^/]*$|^\/@[^@]+$/.test(key));
  }

  rootsOf(name: string, { folder }: Asker): string[] {
    const asked = this.importerOf(folder).get(name) ?? this.importerOf('.').get(name);
    return asked === undefined ? [] : this.keyOf(name, asked);
  }

  packageAt(key: string): NodePackage | undefined {
    const [name, version] = this.splitKey(key);
    const entry = {
      ...this.read('packages', withoutPeers(key)),
      ...this.read('packages', key),
      ...this.read('snapshots', key),
    };
    const resolution = isMap(entry['resolution']) ? entry['resolution'] : {};
    const needs = [...this.neededBy(entry)].flatMap(([needed, asked]) => this.keyOf(needed, asked));
    const said = (field: string) => (typeof entry[field] === 'string' ? entry[field] : undefined);
    return { name: said('name') ?? name, version: said('version') ?? version, source: sourceIn(resolution), needs };
  }

  versions(): Map<string, string> {
    return joinedByName(
      this.keys().map((key) => {
        const body =
          this.sections.get('packages')?.entries.get(withoutPeers(key)) ??
          this.sections.get('packages')?.entries.get(key);
        return [this.splitKey(key)[0], `${key} ${/integrity: ([^\s,}]+)/.exec(body ?? '')?.[1] ?? body}`];
      }),
    );
  }

  private keys(): string[] {
    const keys = this.sections.get('snapshots') ?? this.sections.get('packages');
    return [...(keys?.entries.keys() ?? [])];
  }

  private read(section: string, key: string): Record<string, unknown> {
    const text = this.sections.get(section)?.entries.get(key);
    const value: unknown = text === undefined ? undefined : (readPlain(text) ?? parse(text, { uniqueKeys: false }));
    return isMap(value) ? value : {};
  }

  /** Returns the packages that a project asks for, by name. */
  private importerOf(folder: string): ReadonlyMap<string, string> {
    let importer = this.importers.get(folder);
    if (!importer) {
      importer = folder === '.' ? this.rootNeeds() : this.neededBy(this.read('importers', folder));
      this.importers.set(folder, importer);
    }
    return importer;
  }

  /** Returns the packages that the root asks for; before there were importers, that was at the top of the file. */
  private rootNeeds(): Map<string, string> {
    const importer = this.neededBy(this.read('importers', '.'));
    if (importer.size > 0) return importer;
    const fields = ['dependencies', 'devDependencies', 'optionalDependencies'];
    const top = fields.map((field): [string, unknown] => [
      field,
      Object.fromEntries(
        [...(this.sections.get(field)?.entries ?? [])].map(([name, text]) => [
          name,
          parse(text, { uniqueKeys: false }),
        ]),
      ),
    ]);
    return this.neededBy(Object.fromEntries(top));
  }

  /** Versions, or keys, by name. */
  private neededBy(entry: Record<string, unknown>): Map<string, string> {
    const fields = ['devDependencies', 'optionalDependencies', 'dependencies'];
    const all = fields.flatMap((field) => (isMap(entry[field]) ? Object.entries(entry[field]) : []));
    return new Map(
      all.flatMap(([name, asked]): [string, string][] => {
        const version = isMap(asked) ? asked['version'] : asked;
        return typeof version === 'string' || typeof version === 'number' ? [[name, textOf(version)]] : [];
      }),
    );
  }

  /** The key of what is asked for: `1.0.0(peer@2.0.0)` of a name, or of another package in its place. */
  private keyOf(name: string, asked: string): string[] {
    const keys = this.sections.get('snapshots')?.entries ?? this.sections.get('packages')?.entries;
    const key = [`${name}@${asked}`, `/${name}@${asked}`, `/${name}/${asked}`, asked].find((each) => keys?.has(each));
    return key === undefined ? [] : [key];
  }

  private splitKey(key: string): [name: string, version: string] {
    const bare = withoutPeers(key).replace(/^\//, '');
    const at = this.isVersion5 ? bare.lastIndexOf('/') : bare.indexOf('@', 1);
    if (at < 0) return [bare, 'unknown'];
    const version = bare.slice(at + 1);
    return [bare.slice(0, at), this.isVersion5 ? version.replace(/_.*$/, '') : version];
  }
}

const plainTable = /^ {4}(\w+):$/;
const plainField = /^ {6}(?:'([^']*)'|([\w@][^\s'":#]*)): (?:'([^']*)'|([\w/][^\s'"#:]*(?::[^\s'"#:]+)*))$/;
const unneeded =
  /^ {4}(?:resolution: \{integrity: [\w+/=-]+\}|(?:engines|cpu|os|libc|hasBin|dev|optional|requiresBuild|deprecated): .*)$/;

/**
 * Reads an entry as pnpm writes nearly all of them, a hundred times as fast as YAML's parser; undefined for any other. What
 * tells nothing here is left out.
 */
function readPlain(text: string): Record<string, unknown> | undefined {
  const tables: Record<string, Record<string, string>> = {};
  if (text === '{}') return tables;
  let table: Record<string, string> | undefined;
  for (const line of text.split('\n')) {
    const [, name] = plainTable.exec(line) ?? [];
    if (name !== undefined) table = tables[name] = {};
    else if (line === '' || unneeded.test(line)) table = undefined;
    else {
      const [, quotedKey, key = quotedKey, quoted, value = quoted] = plainField.exec(line) ?? [];
      if (key === undefined || value === undefined || table === undefined) return undefined;
      table[key] = value;
    }
  }
  return tables;
}

/** `a@1.0.0` of `a@1.0.0(peer@2.0.0)`. */
function withoutPeers(key: string): string {
  return key.replace(/\(.*$/, '');
}

function sourceIn({ tarball, repo, commit, directory }: Record<string, unknown>): string | undefined {
  if (typeof repo === 'string') return sourceOf(`${repo}#${textOf(commit)}`);
  return sourceOf(tarball ?? directory);
}
