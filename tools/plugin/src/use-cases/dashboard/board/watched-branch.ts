import type { DashboardBranch } from '../../../model/dashboard/dashboard-state.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { orUnknown } from '../../../model/errors/result.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import { BranchHistory } from '../../observe/behind.ts';
import type { History, StatusPorts } from '../../observe/status.ts';

/** Milliseconds after which the origin is asked for the main branch again. */
const askingAgain = 30_000;

/** The main branch as it is watched, and its history as far as running builds need it. */
export class WatchedBranch {
  /** Undefined while it is being read for the first time. */
  history: History | undefined;
  shown: DashboardBranch;
  private readonly services: ServiceMap;
  private readonly ports: StatusPorts;
  private readonly due = new Notify();
  private tip: string | undefined;

  constructor(name: string, services: ServiceMap, ports: StatusPorts) {
    this.shown = { name };
    this.services = services;
    this.ports = ports;
  }

  /** Has the history read for builds, where it is not yet. */
  require(commits: readonly string[]): void {
    const { history } = this;
    // Where it could not be read, that is tried again in its time.
    if (history instanceof BranchHistory && !commits.every((commit) => history.isReadFor(commit))) this.due.notify();
    if (!history && commits.length > 0) this.due.notify();
  }

  /**
   * Reads it at once, and again when builds need it or the branch has moved, until the signal.
   * @param commits from which the builds that run were made. @param tell called after each time.
   */
  async watch(signal: AbortSignal, commits: () => readonly string[], tell: () => void): Promise<void> {
    signal.addEventListener('abort', this.due.notify, { once: true });
    while (!signal.aborted) {
      this.due.reset();
      await this.look(commits());
      if (signal.aborted) return;
      tell();
      const timer = setTimeout(this.due.notify, askingAgain);
      await this.due.notified();
      clearTimeout(timer);
    }
  }

  /** Reads it once, as far as builds need it. */
  async look(commits: readonly string[]): Promise<void> {
    const { ports, services, shown } = this;
    const { name } = shown;
    const found = await orUnknown(
      async () => (await ports.repository.branchTip(name)) ?? { unknown: `There is no branch ${name}.` },
    );
    if ('unknown' in found) {
      this.history = found;
      this.shown = { name, problem: found.unknown };
      return;
    }
    const { commit, stale } = found;
    const { history } = this;
    const isSame = this.tip === commit && history instanceof BranchHistory;
    if (!isSame || !commits.every((each) => history.isReadFor(each)))
      this.history = await orUnknown(() => BranchHistory.read(commits, commit, services, ports));
    this.tip = commit;
    const problem = this.history && 'unknown' in this.history ? this.history.unknown : stale;
    this.shown = { name, commit, ...(problem === undefined ? {} : { problem }) };
  }
}
