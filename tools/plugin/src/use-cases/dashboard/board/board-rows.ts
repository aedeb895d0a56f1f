import type { DashboardRow } from '../../../model/dashboard/dashboard-state.ts';
import { mergeChanges, type ChangedServices } from '../../../model/observe/changed-services.ts';
import { dashboardRows, type BoardMaterial } from './dashboard-rows.ts';

/** The rows of the grid as they were last: made again are those alone of services that changed. */
export class BoardRows {
  private rows: readonly DashboardRow[] = [];
  private stale: ChangedServices = 'all';
  private history: BoardMaterial['history'];

  /** Notes services whose observation changed. */
  note(services: ChangedServices): void {
    this.stale = mergeChanges(this.stale, services);
  }

  /** Returns all rows. Those of services that did not change are the same objects as before. */
  update(material: BoardMaterial): readonly DashboardRow[] {
    const stale = material.history === this.history ? this.stale : 'all';
    this.history = material.history;
    this.stale = new Set();
    if (stale === 'all') this.rows = dashboardRows(material);
    else if (stale.size > 0) this.rows = this.replaced(stale, material);
    return this.rows;
  }

  private replaced(stale: ReadonlySet<string>, material: BoardMaterial): DashboardRow[] {
    const inWorkspace = new Set(material.services.services);
    const isShown = (service: string) =>
      inWorkspace.has(service) || [...material.observed.values()].some((seen) => isSeen(service, seen));
    const fresh = new Map(dashboardRows(material, [...stale].filter(isShown)).map((row) => [row.service, row]));
    const kept = this.rows.flatMap((row) => {
      if (!stale.has(row.service)) return row;
      const again = fresh.get(row.service) ?? [];
      fresh.delete(row.service);
      return again;
    });
    const added = [...fresh.values()];
    return added.length === 0 ? kept : [...kept, ...added].sort((one, other) => (one.service < other.service ? -1 : 1));
  }
}

function isSeen(service: string, seen: BoardMaterial['observed'] extends ReadonlyMap<string, infer S> ? S : never) {
  return typeof seen !== 'string' && !('reason' in seen.services) && seen.services.has(service);
}
