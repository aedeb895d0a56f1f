import type { Dependencies, Dependency } from '../dependency-changes.ts';

/** A package of a lock file of npm, pnpm, Yarn or Bun. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** Undefined for the registry. */
  readonly source: string | undefined;
  /** Keys of those that it gets for its own dependencies. */
  readonly needs: readonly string[];
}

/** The folder that asks for packages, and the ranges that are written there or above: which of several versions it gets. */
export interface Asker {
  /** Relative to the lock file's folder; `.` is that. */
  readonly folder: string;
  readonly ranges: ReadonlyMap<string, readonly string[]>;
}

/** The packages of a lock file as a graph. Its keys are the file's own. */
export interface NodeLockfile {
  /** Returns the keys of what a project gets for a name; none when it is not installed, or is a project itself. */
  rootsOf(name: string, asker: Asker): readonly string[];
  packageAt(key: string): NodePackage | undefined;
  /** Returns all versions of each package in one text, to be compared with those of another commit. */
  versions(): ReadonlyMap<string, string>;
}

/** Somebody who asks for nothing in particular. */
const anybody: Asker = { folder: '.', ranges: new Map() };

/**
 * Returns the packages installed for some: themselves and their dependencies, each resolved as its package manager does.
 * Names that are not installed are passed over.
 */
export function installedFor(
  lockfile: NodeLockfile,
  names: Iterable<string>,
  askers: readonly Asker[] = [anybody],
): Dependencies {
  const found = new Map<string, Dependency>();
  const keys = new Set<string>();
  for (const name of names) for (const asker of askers) for (const key of lockfile.rootsOf(name, asker)) keys.add(key);
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  for (const key of keys) {
    const each = lockfile.packageAt(key);
    if (each === undefined) continue;
    const known = found.get(each.name);
    const versions = [...new Set([...(known?.versions ?? []), each.version])];
    found.set(each.name, { versions, source: known?.source ?? each.source });
    for (const needed of each.needs) keys.add(needed);
  }
  return found;
}

/** Returns the packages of which a lockfile installs other versions than another one, or only one of them installs any. */
export function changedPackages(before: NodeLockfile, after: NodeLockfile): Set<string> {
  const [had, has] = [before.versions(), after.versions()];
  const isChanged = (name: string) => had.get(name) !== has.get(name);
  return new Set([...had.keys(), ...has.keys()].filter(isChanged));
}

/** Returns each package's lines as one text, whatever their order. */
export function joinedByName(lines: Iterable<readonly [name: string, line: string]>): Map<string, string> {
  const all = new Map<string, string[]>();
  for (const [name, line] of lines) all.set(name, [...(all.get(name) ?? []), line]);
  return new Map([...all].map(([name, each]) => [name, each.sort().join()]));
}

/**
 * Returns where a package is taken from, by the address in a lock file; undefined for a registry, whichever it is: its
 * tarballs lie behind `/-/`.
 */
export function sourceOf(address: unknown): string | undefined {
  if (typeof address !== 'string' || address === '') return undefined;
  if (/^https?:\/\/[^#]*\/-\//.test(address)) return undefined;
  return address.replace(/:\/\/[^/\s]*@/, '://');
}
