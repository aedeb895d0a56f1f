import { nodeLockfiles, parseNodeLockfile } from '../../model/changes/dependencies/npm/node-dependencies.ts';
import { changedPackages } from '../../model/changes/dependencies/npm/node-lockfile.ts';
import type { CommitGraph } from '../../model/commits/commit-graph.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** Commits of which two lockfiles are compared: each may have megabytes. Of older ones the lockfile counts for nobody. */
const mostLockfiles = 50;

/**
 * The services that each of some commits changes: those that one of its files is part of, and of a lockfile those that a
 * package is part of which it changes. By the project graph as it is now, also for old commits.
 * @param commits newest first.
 */
export async function touchedServices(
  commits: readonly string[],
  graph: CommitGraph,
  services: ServiceMap,
  { repository }: WithRepository<Commits & SourceFiles>,
): Promise<Map<string, ReadonlySet<string>>> {
  const paths = await repository.changedPaths(commits);
  const touched = new Map(
    commits.map((commit) => [commit, union((paths.get(commit) ?? []).map((path) => services.affectedBy(path)))]),
  );
  for (const lockfile of nodeLockfiles) {
    const locking = commits.filter((commit) => paths.get(commit)?.includes(lockfile)).slice(0, mostLockfiles);
    if (locking.length === 0) continue;
    const users = await usersOfChanges(lockfile, locking, services, { graph, repository });
    for (const [commit, sets] of users) touched.set(commit, union([touched.get(commit)!, ...sets]));
  }
  return touched;
}

/** The services of each package that commits change in a lock file of the workspace. */
async function usersOfChanges(
  lockfile: string,
  commits: readonly string[],
  services: ServiceMap,
  { graph, repository }: { readonly graph: CommitGraph; readonly repository: SourceFiles },
): Promise<Map<string, ReadonlySet<string>[]>> {
  const pairs = commits.flatMap((commit) => {
    const [parent] = graph.parentsOf(commit);
    return parent === undefined ? [] : [{ commit, parent }];
  });
  const texts = await repository.readFileAt(lockfile, [
    ...new Set(pairs.flatMap(({ commit, parent }) => [commit, parent])),
  ]);
  return new Map(
    pairs.map(({ commit, parent }) => {
      const [before, after] = [parent, commit].map((each) => parseNodeLockfile(lockfile, texts.get(each) ?? ''));
      // One that cannot be read changes nothing that anybody could name.
      if (typeof before !== 'object' || typeof after !== 'object') return [commit, []];
      return [commit, [...changedPackages(before, after)].map((name) => services.usersOf(name))];
    }),
  );
}

/** Most commits have the files of one project, which may be part of a thousand services: then its own set is taken. */
function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const distinct = [...new Set(sets)].filter(({ size }) => size > 0);
  return distinct.length === 1 ? distinct[0]! : new Set(distinct.flatMap((set) => [...set]));
}
