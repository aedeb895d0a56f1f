import type { ReleaseGraph } from '../../../model/dashboard/graph/release-graph.ts';
import { shortestPaths } from '../../../model/dashboard/graph/shortest-paths.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { touchesOf } from '../../observe/affected-services.ts';
import { broughtBy, noSuchCommit } from '../../observe/brought-commits.ts';
import type { DetailContext } from '../detail/detail-context.ts';
import { changedClosure } from './changed-closure.ts';

/** The part that is the same as long as the dashboard is served: the project graph is that of its start. */
type Found = Omit<ReleaseGraph, 'now' | 'branch'>;

/** Graphs that are kept: people go back and forth between a few commits. */
const mostKept = 20;

/** The graphs of what commits would release, by the rule by which `where` finds the services that a commit changes. */
export class ReleaseGraphs {
  private readonly context: Pick<DetailContext, 'ports' | 'services' | 'mainBranch'>;
  private readonly kept = new Map<string, Found>();

  constructor(context: Pick<DetailContext, 'ports' | 'services' | 'mainBranch'>) {
    this.context = context;
  }

  /**
   * Returns the graph of a commit. @param text as a person names it; undefined for the newest one of the main branch.
   * @throws {Refusal} when there is none.
   */
  async read(text: string | undefined, signal: AbortSignal): Promise<ReleaseGraph> {
    const { ports, mainBranch } = this.context;
    const asked = text ?? (await this.newestOfMain());
    const id = await ports.repository.findCommit(asked);
    if (id === undefined) throw noSuchCommit(asked);
    const found = this.kept.get(id) ?? (await this.find(id, signal));
    this.keep(id, found);
    const branch = text === undefined ? { branch: mainBranch } : {};
    return { now: ports.clock().toISOString(), ...branch, ...found };
  }

  private async newestOfMain(): Promise<string> {
    const { ports, mainBranch } = this.context;
    const tip = await ports.repository.branchTip(mainBranch);
    if (tip) return tip.commit;
    throw new Refusal({
      type: 'no-such-commit',
      doing: `find what ${mainBranch} would release`,
      reason: `Neither the origin nor this clone has a branch ${mainBranch}.`,
      remedy: 'Name a commit, or fetch the branch (`git fetch origin`).',
    });
  }

  private async find(id: string, signal: AbortSignal): Promise<Found> {
    const { ports, services } = this.context;
    const { repository } = ports;
    const [commit, history] = await Promise.all([repository.describeCommit(id), repository.commitGraph([id])]);
    signal.throwIfAborted();
    const touches = await touchesOf(broughtBy(id, history), history, services, ports);
    signal.throwIfAborted();
    const graph = changedClosure([...touches.values()].flat(), services);
    const paths = shortestPaths(graph);
    const isMerge = history.parentsOf(id).length > 1;
    return { commit, isMerge, unaffected: services.services.length - paths.length, ...graph, paths };
  }

  /** Last used is last to be forgotten. */
  private keep(id: string, found: Found): void {
    this.kept.delete(id);
    this.kept.set(id, found);
    if (this.kept.size > mostKept) this.kept.delete(this.kept.keys().next().value!);
  }
}
