import { nodeLockfiles, parseNodeLockfile } from '../../model/changes/dependencies/npm/node-dependencies.ts';
import { changedPackages } from '../../model/changes/dependencies/npm/node-lockfile.ts';
import type { ChangeOrigin } from '../../model/content/change-origin.ts';
import { isReadInParts, isRootSetting, settingParts } from '../../model/content/root-settings.ts';
import { changedParts } from '../../model/content/setting-part.ts';
import type { CommitGraph } from '../../model/commits/commit-graph.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/**
 * Commits of which two states of a lockfile, or of settings, are compared: each may have megabytes. Of older ones they count for
 * nobody.
 */
const mostCompared = 50;

/** A part of what a commit changes, and the services that it reaches. */
export interface Touch {
  readonly origin: ChangeOrigin;
  readonly services: ReadonlySet<string>;
}

/**
 * The services that each of some commits changes: those that one of its files is part of, of a lockfile those that a package is
 * part of which it changes, and of settings at the root those that they concern. By the project graph as it is now, also for old
 * commits.
 * @param commits newest first.
 */
export async function touchedServices(
  ...asked: Parameters<typeof touchesOf>
): Promise<Map<string, ReadonlySet<string>>> {
  const touches = await touchesOf(...asked);
  return new Map([...touches].map(([commit, each]) => [commit, union(each.map(({ services }) => services))]));
}

/** Returns, of each of some commits, what it changes, and which services each part of that reaches. @param commits newest first. */
export async function touchesOf(
  commits: readonly string[],
  graph: CommitGraph,
  services: ServiceMap,
  { repository }: WithRepository<Commits & SourceFiles>,
): Promise<Map<string, Touch[]>> {
  const paths = await repository.changedPaths(commits);
  const ofFile = (path: string): Touch => ({ origin: { kind: 'file', path }, services: services.affectedBy(path) });
  const touches = new Map(commits.map((commit) => [commit, (paths.get(commit) ?? []).map(ofFile)]));
  const settings = new Set([...paths.values()].flatMap((each) => each.filter(isRootSetting)));
  const compared = [
    ...nodeLockfiles.map((path) => ({ path, touchesBy: touchesOfVersions(path, services) })),
    ...[...settings].map((path) => ({ path, touchesBy: touchesOfSettings(path, services) })),
  ];
  for (const { path, touchesBy } of compared) {
    const changing = commits.filter((commit) => paths.get(commit)?.includes(path)).slice(0, mostCompared);
    if (changing.length === 0) continue;
    for (const [commit, ...texts] of await textsOfChanges(path, changing, { graph, repository }))
      touches.get(commit)!.push(...touchesBy(...texts));
  }
  return touches;
}

/** Finds what a change of a file from one text to another touches. Neither may be there. */
type TouchesBy = (before: string | undefined, after: string | undefined) => Touch[];

/** The services of each package that a lock file has in other versions. */
function touchesOfVersions(lockfile: string, services: ServiceMap): TouchesBy {
  return (...texts) => {
    const [before, after] = texts.map((text) => parseNodeLockfile(lockfile, text ?? ''));
    // One that cannot be read changes nothing that anybody could name.
    if (typeof before !== 'object' || typeof after !== 'object') return [];
    return [...changedPackages(before, after)].map((name) => ({
      origin: { kind: 'version', name, lockfile },
      services: services.usersOf(name),
    }));
  };
}

/** The services that a change of a file with settings concerns. */
function touchesOfSettings(path: string, services: ServiceMap): TouchesBy {
  return (...texts) => {
    const [before = [], after = []] = texts.map((text) => (text === undefined ? [] : settingParts(path, text)));
    // A file that counts as it is may have changed in how it is kept.
    const changed = isReadInParts(path) ? changedParts(before, after) : [...before, ...after];
    return changed.map(({ key, concern }) => ({
      origin: { kind: 'setting', path, key, concern },
      services: services.concernedBy(concern),
    }));
  };
}

/** The texts of a file before and after each of some commits. */
async function textsOfChanges(
  path: string,
  commits: readonly string[],
  { graph, repository }: { readonly graph: CommitGraph; readonly repository: SourceFiles },
): Promise<[commit: string, before: string | undefined, after: string | undefined][]> {
  const pairs = commits.flatMap((commit) => {
    const [parent] = graph.parentsOf(commit);
    return parent === undefined ? [] : [{ commit, parent }];
  });
  const all = [...new Set(pairs.flatMap(({ commit, parent }) => [commit, parent]))];
  const texts = await repository.readFileAt(path, all);
  return pairs.map(({ commit, parent }) => [commit, texts.get(parent), texts.get(commit)]);
}

/** Most commits have the files of one project, which may be part of a thousand services: then its own set is taken. */
function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const distinct = [...new Set(sets)].filter(({ size }) => size > 0);
  return distinct.length === 1 ? distinct[0]! : new Set(distinct.flatMap((set) => [...set]));
}
