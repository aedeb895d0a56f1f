import { fieldAt, isMap, listAt } from '../../../manifests/source/object-fields.ts';
import { isDevelopersGroup } from '../../../references/python/pyproject.ts';
import type { Dependency } from '../dependency-changes.ts';
import { textOf, withoutUser } from '../lock-text.ts';
import { normalizedName, readRequirement } from './python-requirements.ts';

/** A package of a lock file of Python. */
export interface LockedPackage {
  /** Normalized. */
  readonly name: string;
  readonly version: string;
  readonly source: string | undefined;
  /** Folder of a project of the workspace, relative to the lock file's; undefined for a package. */
  readonly folder: string | undefined;
  /** Undefined when only those who develop get it; the lock file may not say. */
  readonly isForDevelopers: boolean;
  readonly needs: readonly { readonly name: string; readonly version: string | undefined }[];
}

/** Reads the packages of a `uv.lock`, `poetry.lock`, `pdm.lock` or `pylock.toml`. @param parsed the file as a value. */
export function packagesInLock(parsed: unknown): LockedPackage[] {
  return [...listAt(parsed, 'package'), ...listAt(parsed, 'packages')].flatMap((entry) => packageIn(entry) ?? []);
}

function packageIn(entry: Record<string, unknown>): LockedPackage | undefined {
  const { name, version } = entry;
  if (typeof name !== 'string') return undefined;
  const groups = Array.isArray(entry['groups']) ? entry['groups'] : [];
  return {
    name: normalizedName(name),
    version: typeof version === 'string' ? version : 'unknown',
    source: sourceIn(entry),
    folder: folderIn(entry),
    isForDevelopers:
      groups.length > 0 ? groups.every((each) => isDevelopersGroup(textOf(each))) : entry['category'] === 'dev',
    needs: neededBy(entry),
  };
}

/** uv lists tables, with those of extras and groups beside; Poetry has a table by name; PDM lists requirements. */
function neededBy(entry: Record<string, unknown>): LockedPackage['needs'] {
  const tables = [entry['optional-dependencies'], entry['dev-dependencies']].filter(isMap).flatMap(Object.entries);
  const lists = [entry['dependencies'], ...tables.flatMap(([group, list]) => (isDevelopersGroup(group) ? [] : [list]))];
  return lists.flatMap((list) => {
    if (isMap(list)) return Object.keys(list).map((name) => ({ name: normalizedName(name), version: undefined }));
    return (Array.isArray(list) ? list : []).flatMap((each: unknown) => needIn(each) ?? []);
  });
}

function needIn(each: unknown): { name: string; version: string | undefined } | undefined {
  if (typeof each === 'string') {
    const name = readRequirement(each)?.name;
    return name === undefined ? undefined : { name, version: undefined };
  }
  const [name, version] = [fieldAt(each, 'name'), fieldAt(each, 'version')];
  if (typeof name !== 'string') return undefined;
  return { name: normalizedName(name), version: typeof version === 'string' ? version : undefined };
}

/** Where a project of the workspace lies. */
function folderIn({ source }: Record<string, unknown>): string | undefined {
  const fields = ['editable', 'virtual', 'directory'].map((field) => fieldAt(source, field));
  const [folder] = [...fields, fieldAt(source, 'type') === 'directory' ? fieldAt(source, 'url') : undefined].filter(
    (each) => typeof each === 'string',
  );
  return folder;
}

function sourceIn(entry: Record<string, unknown>): string | undefined {
  const text = (...path: string[]) => {
    const value = fieldAt(entry, ...path);
    return typeof value === 'string' ? value : undefined;
  };
  const commit = text('source', 'resolved_reference') ?? text('vcs', 'commit-id') ?? text('revision');
  const repository = text('source', 'git') ?? text('vcs', 'url') ?? text('git');
  // The registry of all is the one that needs no name.
  const registry = text('source', 'registry') ?? text('index');
  const other =
    text('source', 'url') ?? text('source', 'path') ?? text('archive', 'url') ?? text('url') ?? text('path');
  const found = repository ?? other ?? (/\/\/pypi\.org\//.test(registry ?? '') ? undefined : registry);
  if (found === undefined) return undefined;
  // uv writes the revision that was asked for before the one that was found, often the same.
  return withoutUser(commit === undefined ? found.replace(/\?rev=[^&#]*(?=#)/, '') : `${found}#${commit}`);
}

/** Reads a `Pipfile.lock`; what is for those who develop is left out. @param parsed the file as a value. */
export function packagesInPipfileLock(parsed: unknown): Map<string, Dependency> | string {
  const packages = fieldAt(parsed, 'default');
  if (!isMap(packages)) return 'It has no "default", as lock files of Pipenv have.';
  return new Map(
    Object.entries(packages).map(([name, entry]) => {
      const [version, git, ref] = ['version', 'git', 'ref'].map((field) => fieldAt(entry, field));
      const source = typeof git === 'string' ? withoutUser(`${git}#${textOf(ref)}`) : undefined;
      const exact = typeof version === 'string' ? version.replace(/^==/, '') : 'unknown';
      return [normalizedName(name), { versions: [exact], source }];
    }),
  );
}

/**
 * Returns the packages that some need, near or far.
 * @param names undefined for all but those of developers.
 */
export function reachedPackages(
  packages: readonly LockedPackage[],
  roots: readonly LockedPackage['needs'][number][] | undefined,
): Map<string, Dependency> {
  const byName = new Map<string, LockedPackage[]>();
  for (const each of packages) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  const find = ({ name, version }: LockedPackage['needs'][number]) =>
    (byName.get(name) ?? []).filter((each) => version === undefined || each.version === version);
  const reached = new Set(roots?.flatMap(find) ?? packages.filter(({ isForDevelopers }) => !isForDevelopers));
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  if (roots !== undefined)
    for (const each of reached) for (const need of each.needs) find(need).forEach((next) => reached.add(next));
  const found = new Map<string, Dependency>();
  for (const { name, version, source, folder } of reached) {
    if (folder !== undefined) continue;
    const known = found.get(name);
    found.set(name, {
      versions: [...new Set([...(known?.versions ?? []), version])],
      source: known?.source ?? source,
    });
  }
  return found;
}
