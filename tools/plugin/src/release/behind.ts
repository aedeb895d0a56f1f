import { ProductError } from '../model/product-error.ts';
import type { BranchTip } from './ports/source-repository.ts';
import type { ServiceMap } from './ports/service-map.ts';
import type { ReleasePorts } from './release-ports.ts';
import { touchedServices } from './touched-services.ts';

/** How far something that runs is behind the main branch. */
export type Behind =
  | {
      /** Commits of the branch that it lacks and that are part of the service. */
      readonly commits: number;
      /** Whether there are more: only so many are looked at. */
      readonly isLeast: boolean;
    }
  | { readonly unknown: string };

/** A build of a service that runs somewhere. */
export interface RunningCommit {
  readonly service: string;
  /** Full object name. */
  readonly commit: string;
}

/** Commits whose files are looked at: the newest ones that something that runs lacks. */
const mostCommits = 5000;

/**
 * Counts for everything that runs the commits of a branch that it lacks, only those that change a file which is part of
 * the service: of the history one listing, whatever runs.
 * @returns how far each one is behind. @throws {ProductError} when git cannot tell.
 */
export async function countBehind(
  running: readonly RunningCommit[],
  { commit: tip }: BranchTip,
  services: ServiceMap,
  ports: Pick<ReleasePorts, 'repository'>,
): Promise<(running: RunningCommit) => Behind> {
  const bases = [...new Set(running.map(({ commit }) => commit))];
  const graph = await ports.repository.commitGraph([tip, ...bases]);
  const known = bases.filter((base) => graph.has(base));
  const missing = graph.missingInSome(known, tip);
  const examined = missing.slice(0, mostCommits);
  const touching = byService(await touchedServices(examined, graph, services, ports));
  const rest = missing.slice(mostCommits);
  const counts = new Map<string, Behind>();
  // By what runs, because thousands of services run few different commits.
  for (const { service, commit } of running.toSorted((a, b) => (a.commit < b.commit ? -1 : 1))) {
    if (!graph.has(commit)) continue;
    const isMissing = graph.isMissing(commit, tip);
    const commits = (touching.get(service) ?? []).filter(isMissing).length;
    counts.set(`${service} ${commit}`, { commits, isLeast: rest.some(isMissing) });
  }
  return ({ service, commit }) =>
    counts.get(`${service} ${commit}`) ?? {
      unknown: `commit ${commit.slice(0, 12)} is neither here nor at the origin`,
    };
}

function byService(touched: ReadonlyMap<string, ReadonlySet<string>>): Map<string, string[]> {
  const commits = new Map<string, string[]>();
  for (const [commit, services] of touched) {
    for (const service of services) {
      const known = commits.get(service);
      if (known) known.push(commit);
      else commits.set(service, [commit]);
    }
  }
  return commits;
}

/** What git cannot tell is told as that. */
export async function orWhyUnknown<T>(action: () => Promise<T>): Promise<T | { readonly unknown: string }> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { unknown: error.facts.reason };
  }
}
