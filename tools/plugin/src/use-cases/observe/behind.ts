import type { CommitGraph } from '../../model/commits/commit-graph.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { groupByKey } from '../../model/text/group-by-key.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { touchedServices } from './affected-services.ts';

/** How far something that runs is behind the main branch. */
export type Behind =
  | {
      /** Commits of the branch that it lacks and that are part of the service. */
      readonly commits: number;
      /** True when there are more: only so many are looked at. */
      readonly isLeast: boolean;
    }
  | { readonly unknown: string };

/** How two builds differ, in commits that are part of the service. */
export type Apart =
  { readonly ahead: number; readonly lost: number; readonly isLeast: boolean } | { readonly unknown: string };

/** A build of a service that runs somewhere. */
export interface RunningCommit {
  readonly service: string;
  /** Full object name. */
  readonly commit: string;
}

/** Commits whose files are looked at: the newest ones that something that runs lacks. */
const mostCommits = 5000;

/** The commits of a branch that builds lack, as far as it is needed to count them. */
export class BranchHistory {
  private readonly graph: CommitGraph;
  private readonly tip: string;
  /** Commits that change something of a service, by service; of those that some build, or the branch, lacks. */
  private readonly touching: ReadonlyMap<string, readonly string[]>;
  /** Commits that some build lacks and whose files were not looked at. */
  private readonly rest: readonly string[];
  private readonly bases: ReadonlySet<string>;

  private constructor(
    graph: CommitGraph,
    tip: string,
    bases: readonly string[],
    { touched, rest }: { touched: ReadonlyMap<string, ReadonlySet<string>>; rest: readonly string[] },
  ) {
    this.graph = graph;
    this.bases = new Set(bases);
    this.tip = tip;
    this.rest = rest;
    this.touching = groupByKey(
      [...touched].flatMap(([commit, names]) => [...names].map((name) => [name, commit] as const)),
    );
  }

  /**
   * Reads it, for builds of all services at once: of the history one listing, whatever runs.
   * @param commits from which the builds were made. @throws {ProductError} when git cannot tell.
   */
  static async read(
    commits: readonly string[],
    tip: string,
    services: ServiceMap,
    ports: WithRepository<Commits & SourceFiles>,
  ): Promise<BranchHistory> {
    const bases = [...new Set(commits)];
    const graph = await ports.repository.commitGraph([tip, ...bases]);
    const known = bases.filter((base) => graph.has(base));
    // Also what a build has and the branch lacks: one of a hotfix's branch.
    const missing = graph.revListOfSome([tip, ...known], [tip, ...known]);
    const touched = await touchedServices(missing.slice(0, mostCommits), graph, services, ports);
    return new BranchHistory(graph, tip, bases, { touched, rest: missing.slice(mostCommits) });
  }

  /** Reports whether it was read for a commit: of one before those, what it lacks is not all known. */
  isReadFor(commit: string): boolean {
    return this.bases.has(commit);
  }

  /** How far behind a build is: the commits that it lacks and that change a file which is part of its service. */
  behind({ service, commit }: RunningCommit): Behind {
    if (!this.graph.has(commit)) return { unknown: `commit ${shortCommit(commit)} is neither here nor at the origin` };
    const isMissing = this.graph.isMissing(commit, this.tip);
    const commits = (this.touching.get(service) ?? []).filter(isMissing).length;
    return { commits, isLeast: this.rest.some(isMissing) };
  }

  /**
   * How two builds of a service differ: commits of the service that the first has and the second lacks, and the other way
   * round; `isLeast` when there are more, of one or the other.
   */
  apart(service: string, first: string, second: string): Apart {
    for (const commit of [first, second])
      if (!this.graph.has(commit))
        return { unknown: `commit ${shortCommit(commit)} is neither here nor at the origin` };
    const [isAhead, isLost] = [this.graph.isMissing(second, first), this.graph.isMissing(first, second)];
    const touching = this.touching.get(service) ?? [];
    return {
      ahead: touching.filter(isAhead).length,
      lost: touching.filter(isLost).length,
      isLeast: this.rest.some((commit) => isAhead(commit) || isLost(commit)),
    };
  }
}
