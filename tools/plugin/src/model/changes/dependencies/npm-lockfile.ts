import { isMap } from '../../manifests/source/object-fields.ts';
import type { Dependencies } from './dependency-changes.ts';

/** Longer lockfiles are not read: workspaces of a thousand packages have some megabytes. */
const longestFile = 64 * 1024 * 1024;

/** The packages of a `package-lock.json` (versions 2 and 3) by where they are installed: `node_modules/a/node_modules/b`. */
export interface NpmLockfile {
  readonly packages: Readonly<Record<string, unknown>>;
}

/**
 * Reads a lockfile.
 * @returns a sentence that says why not, where it is none.
 */
export function parseNpmLockfile(text: string): NpmLockfile | string {
  if (text.length > longestFile) return 'It is longer than 64 MiB.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'It is not JSON.';
  }
  const packages = isMap(value) ? value['packages'] : undefined;
  return isMap(packages) ? { packages } : 'It has no "packages", as lockfiles of npm 7 and later have.';
}

/**
 * Returns the packages installed for some: themselves and their dependencies, each resolved as Node does. Names that
 * are not installed are passed over.
 */
export function installedFor({ packages }: NpmLockfile, names: Iterable<string>): Dependencies {
  const versions = new Map<string, string[]>();
  const places = new Set([...names].map((name) => placeOf(packages, '', name)).filter((place) => place !== undefined));
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  for (const place of places) {
    const entry = packages[place] as Record<string, unknown>;
    const name = nameAt(place);
    const version = typeof entry['version'] === 'string' ? entry['version'] : 'unknown';
    const known = versions.get(name) ?? [];
    if (!known.includes(version)) versions.set(name, [...known, version]);
    for (const needed of neededBy(entry)) {
      const found = placeOf(packages, place, needed);
      if (found !== undefined) places.add(found);
    }
  }
  return versions;
}

/** The nearest place from which a package at `from` gets another one. */
function placeOf(packages: NpmLockfile['packages'], from: string, name: string): string | undefined {
  for (let at = from; ; at = outside(at)) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    // What is linked is a project of the workspace, not a package.
    if (Object.hasOwn(packages, place) && isMap(packages[place]))
      return packages[place]['link'] === true ? undefined : place;
    if (at === '') return undefined;
  }
}

/** `node_modules/a` of `node_modules/a/node_modules/b`. */
function outside(place: string): string {
  const end = place.lastIndexOf('/node_modules/');
  return end === -1 ? '' : place.slice(0, end);
}

function nameAt(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function neededBy(entry: Record<string, unknown>): string[] {
  return ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((field) =>
    isMap(entry[field]) ? Object.keys(entry[field]) : [],
  );
}

/** Names of the packages of which a lockfile installs other versions than another one, or only one of them installs any. */
export function changedPackages(before: NpmLockfile, after: NpmLockfile): Set<string> {
  const [had, has] = [versionsOf(before), versionsOf(after)];
  const isChanged = (name: string) => had.get(name) !== has.get(name);
  return new Set([...had.keys(), ...has.keys()].filter(isChanged));
}

/** All versions of each package in one text. */
function versionsOf({ packages }: NpmLockfile): Map<string, string> {
  const versions = new Map<string, string[]>();
  for (const [place, entry] of Object.entries(packages)) {
    const { version, integrity } = (entry ?? {}) as { version?: unknown; integrity?: unknown };
    if (!place.includes('node_modules/') || typeof version !== 'string') continue;
    const name = nameAt(place);
    versions.set(name, [...(versions.get(name) ?? []), `${version} ${String(integrity)}`]);
  }
  return new Map([...versions].map(([name, all]) => [name, all.sort().join()]));
}
