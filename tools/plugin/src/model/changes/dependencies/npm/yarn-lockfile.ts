import { whyNotRead } from '../lock-text.ts';
import { joinedByName, sourceOf, type Asker, type NodeLockfile, type NodePackage } from './node-lockfile.ts';

interface Entry {
  readonly fields: Map<string, string>;
  /** Ranges by name. */
  readonly needs: [name: string, range: string][];
}

/**
 * Reads a `yarn.lock`, of Yarn 1 and of those since, whose formats differ in their colons.
 * @returns a sentence that says why not, where it is none.
 */
export function parseYarnLockfile(text: string): NodeLockfile | string {
  const reason = whyNotRead(text);
  if (reason !== undefined) return reason;
  const entries = new Map<string, Entry>();
  let entry: Entry | undefined;
  let table = '';
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const indent = /^ */.exec(line)![0].length;
    if (indent === 0) {
      if (!line.endsWith(':')) return 'It is not laid out as Yarn does.';
      entry = { fields: new Map(), needs: [] };
      for (const key of keysIn(line)) entries.set(key, entry);
      table = '';
      continue;
    }
    const [, name = '', value = ''] = /^ *("[^"]*"|[^\s":]+):?(?: +(.*))?$/.exec(line) ?? [];
    if (entry === undefined || name === '') return 'It is not laid out as Yarn does.';
    if (indent > 2) {
      // What is a peer's is another one's dependency.
      if (table === 'dependencies' || table === 'optionalDependencies')
        entry.needs.push([unquoted(name), unquoted(value)]);
    } else if (value === '') table = name;
    else entry.fields.set(name, unquoted(value));
  }
  entries.delete('__metadata');
  const isLock = entries.size > 0 || /^# yarn lockfile|^__metadata:/m.test(text);
  return isLock ? new YarnLockfile(entries) : 'It has no packages, and does not say that it is a lockfile of Yarn.';
}

/** `"a@^1.0.0", "a@^1.1.0":`, `"a@npm:^1.0.0, a@npm:^1.1.0":`. */
function keysIn(line: string): string[] {
  return line.slice(0, -1).replaceAll('"', '').split(/, */);
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1');
}

class YarnLockfile implements NodeLockfile {
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly keysByName = new Map<string, string[]>();

  constructor(entries: ReadonlyMap<string, Entry>) {
    this.entries = entries;
    for (const key of entries.keys()) {
      const name = nameIn(key);
      this.keysByName.set(name, [...(this.keysByName.get(name) ?? []), key]);
    }
  }

  rootsOf(name: string, { ranges }: Asker): string[] {
    const asked = (ranges.get(name) ?? []).flatMap((range) => this.exactKey(name, range) ?? []);
    return asked.length > 0 ? asked : this.packagesNamed(name);
  }

  packageAt(key: string): NodePackage | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    const needs = entry.needs.flatMap(([name, range]) => {
      const exact = this.exactKey(name, range);
      return exact === undefined ? this.packagesNamed(name) : [exact];
    });
    return { name: nameIn(key), version: entry.fields.get('version') ?? 'unknown', source: sourceIn(entry), needs };
  }

  versions(): Map<string, string> {
    const seen = new Set<Entry>();
    return joinedByName(
      [...this.entries].flatMap(([key, entry]): [string, string][] => {
        if (seen.has(entry) || isProject(entry)) return [];
        seen.add(entry);
        const { fields } = entry;
        const sum = fields.get('integrity') ?? fields.get('checksum') ?? fields.get('resolved');
        return [[nameIn(key), `${fields.get('version')} ${sum}`]];
      }),
    );
  }

  private exactKey(name: string, range: string): string | undefined {
    const key = [`${name}@${range}`, `${name}@npm:${range}`].find((each) => this.entries.has(each));
    return key === undefined || isProject(this.entries.get(key)!) ? undefined : key;
  }

  /** All of a name: `resolutions` put another range in the place of the one that is asked for. */
  private packagesNamed(name: string): string[] {
    return (this.keysByName.get(name) ?? []).filter((key) => !isProject(this.entries.get(key)!));
  }
}

/** `@s/a` of `@s/a@npm:^1.0.0`. */
function nameIn(key: string): string {
  const end = key.indexOf('@', 1);
  return end < 0 ? key : key.slice(0, end);
}

function isProject({ fields }: Entry): boolean {
  return /@(workspace|link|portal):/.test(fields.get('resolution') ?? '');
}

function sourceIn({ fields }: Entry): string | undefined {
  const resolution = fields.get('resolution');
  if (resolution === undefined) return sourceOf(fields.get('resolved'));
  const range = resolution.slice(nameIn(resolution).length + 1);
  return range.startsWith('npm:') ? undefined : sourceOf(range);
}
