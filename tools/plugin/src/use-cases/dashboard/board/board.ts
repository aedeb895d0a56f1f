import { setMaxListeners } from 'node:events';
import type { DashboardPatch, DashboardState, EnvironmentHead } from '../../../model/dashboard/dashboard-state.ts';
import { patchBetween } from '../../../model/dashboard/patch-between.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { ChangedServices } from '../../../model/observe/changed-services.ts';
import { describeFreeze } from '../../../model/environment/freeze.ts';
import type { DashboardFeed } from '../../../ports/dashboard-feed.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import { frozenAmong, runningCommits, type StatusPorts } from '../../observe/status.ts';
import { BoardRows } from './board-rows.ts';
import type { ServiceProject } from './dashboard-rows.ts';
import { pauseUntil } from './pause-until.ts';
import { WatchedBranch } from './watched-branch.ts';
import { WatchedEnvironment } from './watched-environment.ts';

/** Of what the dashboard shows the state. */
export interface BoardRequest {
  /** Name of the workspace. */
  readonly workspace: string;
  readonly hasActions: boolean;
  /** In the order in which releases are promoted. */
  readonly environments: readonly Environment[];
  readonly services: ServiceMap;
  /** By the name of the service. */
  readonly projects: ReadonlyMap<string, ServiceProject>;
  /** The main branch. */
  readonly branch: string;
}

/** Times as long as putting the state together took, for which it is not done again. */
const restAfterWork = 2;

/**
 * The newest state of all services in all environments. Each environment and the main branch are watched by themselves; what
 * one of them says is put together with what the others said last.
 */
export class Board implements DashboardFeed {
  private readonly request: BoardRequest;
  private readonly ports: StatusPorts;
  private readonly watched: readonly WatchedEnvironment[];
  private readonly branch: WatchedBranch;
  private readonly listeners = new Set<(patch: DashboardPatch) => void>();
  private readonly news = new Notify();
  private readonly rows = new BoardRows();
  private current: DashboardState;

  constructor(request: BoardRequest, ports: StatusPorts) {
    this.request = request;
    this.ports = ports;
    this.watched = request.environments.map(
      (environment, index, all) => new WatchedEnvironment(environment, ports, all[index + 1]?.soak !== undefined),
    );
    this.branch = new WatchedBranch(request.branch, request.services, ports);
    this.current = this.compose(1);
  }

  state(): DashboardState {
    return { ...this.current, now: this.ports.clock().toISOString() };
  }

  onPatch(listener: (patch: DashboardPatch) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Looks again at once, as after something was done. @param environment its name. */
  wake(environment: string): void {
    this.watched.find((each) => each.environment.name === environment)?.wake();
  }

  /** Looks once, without watching: the branch as soon as all environments have answered, or cannot be reached. */
  async look(): Promise<DashboardState> {
    for (const changed of await Promise.all(this.watched.map((each) => each.look()))) this.rows.note(changed);
    await this.branch.look(this.commits());
    this.current = this.compose(this.current.version + 1);
    return this.state();
  }

  /** Watches until the signal. @throws what is a bug. */
  async watch(signal: AbortSignal): Promise<void> {
    // A bug in one of them ends all.
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    // Each environment listens several times.
    setMaxListeners(0, signal, until);
    until.addEventListener('abort', this.news.notify, { once: true });
    const heard = (changed: ChangedServices) => {
      this.rows.note(changed);
      this.branch.require(this.commits());
      this.news.notify();
    };
    const all = [
      ...this.watched.map((each) => each.watch(until, heard)),
      this.branch.watch(until, () => this.commits(), this.news.notify),
      this.tell(until),
    ];
    try {
      await Promise.all(all);
    } finally {
      failed.abort();
      await Promise.allSettled(all);
    }
  }

  private commits(): string[] {
    const observed = this.watched.flatMap(({ seen }) => (typeof seen === 'string' ? [] : [seen]));
    return [...new Set(runningCommits(observed).map(({ commit }) => commit))];
  }

  /** Puts the state together after each piece of news, and tells what changed. */
  private async tell(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.news.notified();
      if (signal.aborted) return;
      const started = Date.now();
      const next = this.compose(this.current.version + 1);
      const patch = patchBetween(this.current, next);
      if (patch) {
        this.current = next;
        for (const listener of this.listeners) listener(patch);
      }
      await pauseUntil(restAfterWork * (Date.now() - started), signal);
    }
  }

  private compose(version: number): DashboardState {
    const { workspace, hasActions, environments, services, projects, branch } = this.request;
    const observed = new Map(this.watched.map(({ environment, seen }) => [environment.name, seen]));
    const { history, shown } = this.branch;
    return {
      version,
      now: this.ports.clock().toISOString(),
      workspace,
      hasActions,
      branch: shown,
      environments: this.heads(),
      rows: this.rows.update({ environments, services, branch, projects, observed, history }),
    };
  }

  private heads(): EnvironmentHead[] {
    const frozen = new Map(
      frozenAmong(this.request.environments, this.ports.clock()).map((each) => [each.environment, each]),
    );
    return this.watched.map(({ environment: { name, protected: isProtected }, answer, provisioned }) => {
      const freeze = frozen.get(name);
      return {
        name,
        isProtected,
        ...(provisioned === undefined ? {} : { provisioned }),
        ...(freeze ? { frozen: `${name} ${describeFreeze(freeze)}` } : {}),
        answer,
      };
    });
  }
}
