import type { DashboardExport } from './dashboard-export.ts';

/** Properties that hold the name of a person, or of an account. */
const people: ReadonlySet<string> = new Set(['by', 'author']);
/** Properties whose texts are names of other things: a service that is called as a person keeps its name. */
const identifiers: ReadonlySet<string> = new Set(
  'service environment environments workspace folder build buildNumber commit id version state kind action outcome verdict cause name filter'.split(
    ' ',
  ),
);
/** Properties with addresses, which cannot be read any more with a name replaced. */
const addresses: ReadonlySet<string> = new Set(['url', 'run']);

/**
 * Returns an export without names of people: the same person is the same `person-1` everywhere. In texts of people (subjects,
 * reasons) names are replaced that are known from elsewhere in the export, and mail addresses.
 */
export function withoutPeople(found: DashboardExport): DashboardExport {
  const names = new Map<string, string>();
  collect(found, names);
  const replacer = new Replacer(names);
  return replacer.value(found, '', '') as DashboardExport;
}

/** A name as it is compared: git and records may write it differently. */
function keyOf(name: string): string {
  return name.toLowerCase();
}

/** Of `grace, ada (account in the cluster)`. */
function approvers(text: string): string[] {
  return text.replace(/ \([^()]*\)$/s, '').split(', ');
}

function collect(value: unknown, names: Map<string, string>): void {
  const add = (name: unknown) => {
    if (typeof name !== 'string' || name === '' || names.has(keyOf(name))) return;
    names.set(keyOf(name), `person-${names.size + 1}`);
  };
  if (typeof value !== 'object' || value === null) return;
  for (const [property, each] of Object.entries(value)) {
    if (people.has(property)) add(each);
    if (property === 'approvedBy' && typeof each === 'string') approvers(each).forEach(add);
    if (property === 'authors' && Array.isArray(each)) for (const { name } of each as { name: string }[]) add(name);
    collect(each, names);
  }
}

class Replacer {
  private readonly names: ReadonlyMap<string, string>;
  private readonly pattern: RegExp | undefined;

  constructor(names: ReadonlyMap<string, string>) {
    this.names = names;
    const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length).map(escaped);
    this.pattern =
      longestFirst.length === 0
        ? undefined
        : new RegExp(`(?<![\\p{L}\\p{N}_])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
  }

  /** @param property that holds the value, and the one that holds what that is in. */
  value(value: unknown, property: string, parent: string): unknown {
    if (typeof value === 'string') return this.text(value, property, parent);
    if (Array.isArray(value)) return value.map((item) => this.value(item, property, parent));
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([name, each]) => name !== 'url' || !this.hasName(String(each)));
    return Object.fromEntries(kept.map(([name, each]) => [name, this.value(each, name, property)]));
  }

  private text(text: string, property: string, parent: string): string {
    if (people.has(property) || (property === 'name' && parent === 'authors'))
      return this.names.get(keyOf(text)) ?? text;
    if (identifiers.has(property)) return text;
    if (property === 'run') return /^https?:/.test(text) && !this.hasName(text) ? text : 'a machine';
    if (addresses.has(property)) return text;
    const without = this.pattern
      ? text.replace(this.pattern, (name) => this.names.get(keyOf(name)) ?? 'a person')
      : text;
    return without.replaceAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, 'a mail address');
  }

  private hasName(text: string): boolean {
    return this.pattern !== undefined && text.search(this.pattern) >= 0;
  }
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
