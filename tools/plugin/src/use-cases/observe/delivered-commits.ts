import { CommitGraph } from '../../model/commits/commit-graph.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import type { DeliveredChange } from '../../model/observe/delivered-changes.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { touchedServices } from './affected-services.ts';

/** Commits whose files are looked at: the newest ones that changes brought. */
const mostCommits = 20_000;

/** The base that a change is compared with. */
type ComparedChange = Pick<DeliveredChange, 'commit' | 'known'>;

interface CommitFacts {
  /** When it was written, milliseconds since 1970; not a number where git has no date. */
  readonly committedAt: number;
  readonly services: ReadonlySet<string>;
}

/** The commits that changes brought to an environment first, for all its services at once. */
export class BroughtCommits {
  private readonly graph: CommitGraph;
  private readonly lookedAt: ReadonlyMap<string, CommitFacts>;
  private readonly services: ReadonlySet<string>;

  private constructor(graph: CommitGraph, lookedAt: ReadonlyMap<string, CommitFacts>, services: ServiceMap) {
    this.graph = graph;
    this.lookedAt = lookedAt;
    this.services = new Set(services.services);
  }

  /**
   * Reads them by one listing of the history, however many changes there are.
   * @param changes each with at least one known commit.
   * @throws {Refusal} in a shallow clone: there nobody knows which commit has which. @throws {ProductError} when git cannot
   * tell.
   */
  static async read(
    changes: readonly ComparedChange[],
    services: ServiceMap,
    ports: WithRepository<Commits & SourceFiles>,
  ): Promise<BroughtCommits> {
    if (changes.length === 0) return new BroughtCommits(new CommitGraph(new Map()), new Map(), services);
    const { repository } = ports;
    if (await repository.isShallow()) throw shallowRefusal();
    const tips = [...new Set(changes.map(({ commit }) => commit))];
    const graph = await repository.commitGraph([...new Set([...tips, ...changes.flatMap(({ known }) => known)])]);
    // What all changes knew from the beginning, none has brought.
    const bases = [...new Set(changes.map(({ known }) => known[0]!))].filter((base) => graph.has(base));
    const ordinary = graph.revListOfSome(bases, tips).filter((commit) => graph.parentsOf(commit).length < 2);
    const newest = ordinary.slice(0, mostCommits);
    const [touched, dates] = await Promise.all([
      touchedServices(newest, graph, services, ports),
      repository.authorDates(newest),
    ]);
    const lookedAt = newest.map((commit): [string, CommitFacts] => [
      commit,
      { committedAt: Date.parse(dates.get(commit) ?? ''), services: touched.get(commit)! },
    ]);
    return new BroughtCommits(graph, new Map(lookedAt), services);
  }

  /**
   * When the commits were written that a change of a service brought and that change something of it, milliseconds since
   * 1970, in no order; merges do not count. Or why nobody knows.
   */
  commitTimes({ commit, known }: ComparedChange, service: string): number[] | { readonly unknown: string } {
    if (!this.services.has(service)) return { unknown: 'The workspace does not have the service any more.' };
    const lost = [commit, ...known].find((each) => !this.graph.has(each));
    if (lost !== undefined) return { unknown: `Commit ${shortCommit(lost)} is neither here nor at the origin.` };
    const dates: number[] = [];
    for (const brought of this.graph.missingInAll(known, commit)) {
      const found = this.lookedAt.get(brought);
      if (found?.services.has(service) && !Number.isNaN(found.committedAt)) dates.push(found.committedAt);
      if (!found && this.graph.parentsOf(brought).length < 2) return { unknown: tooMany };
    }
    return dates;
  }
}

const tooMany = `It has more than ${mostCommits} commits; only the newest are read.`;

function shallowRefusal(): Refusal {
  return new Refusal({
    type: 'shallow-clone',
    doing: 'see which commits a change brought',
    reason: 'The git repository is a shallow clone, which has only the last of them.',
    remedy: 'Get the others with `git fetch --unshallow`; in a CI, check out with all history (fetch-depth 0).',
  });
}
