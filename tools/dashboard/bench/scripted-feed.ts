import { applyPatch } from '../../plugin/src/model/dashboard/apply-patch.ts';
import type {
  DashboardCell,
  DashboardPatch,
  DashboardState,
} from '../../plugin/src/model/dashboard/dashboard-state.ts';
import type { DashboardFeed } from '../../plugin/src/ports/dashboard-feed.ts';

const states = ['healthy', 'rolling-out', 'degraded'] as const;

/** A feed whose changes are made here: as many as nobody's cluster makes. */
export class ScriptedFeed implements DashboardFeed {
  private readonly listeners = new Set<(patch: DashboardPatch) => void>();
  private current: DashboardState;
  private made = 0;

  constructor(state: DashboardState) {
    this.current = state;
  }

  state(): DashboardState {
    return { ...this.current, now: new Date().toISOString() };
  }

  onPatch(listener: (patch: DashboardPatch) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Changes so many cells, the next ones from the first row on, of at most so many rows. */
  change(cells: number, rows = this.current.rows.length): void {
    const { environments, version } = this.current;
    const changed = Array.from({ length: cells }, (): readonly [string, string, DashboardCell] => {
      const index = this.made++;
      const row = this.current.rows[Math.floor(index / environments.length) % rows]!;
      const { name } = environments[index % environments.length]!;
      const round = Math.floor(index / environments.length / rows);
      const cell: DashboardCell = { ...row.cells[name]!, state: states[round % states.length]! };
      return [row.service, name, { ...cell, pods: { ready: round % 3, wanted: 2 } }];
    });
    const patch = { version: version + 1, now: new Date().toISOString(), cells: changed, gaps: [] };
    this.current = applyPatch(this.current, patch);
    for (const listener of this.listeners) listener(patch);
  }
}
