import type { DashboardPatch, DashboardRow, DashboardState } from './dashboard-state.ts';

/**
 * Returns the state after a change. Rows that it does not touch are the same objects as before, so that a page redraws those
 * only that it does. A cell of a service that is not there is passed over: its row was removed.
 */
export function applyPatch(state: DashboardState, patch: DashboardPatch): DashboardState {
  const { version, now, branch = state.branch, environments = state.environments } = patch;
  return { ...state, version, now, branch, environments, rows: patchedRows(state.rows, patch) };
}

function patchedRows(before: readonly DashboardRow[], patch: DashboardPatch): readonly DashboardRow[] {
  const { cells, gaps, rows = [], removed = [] } = patch;
  if (cells.length + gaps.length + rows.length + removed.length === 0) return before;
  const after = new Map(before.map((row) => [row.service, row]));
  for (const service of removed) after.delete(service);
  for (const row of rows) after.set(row.service, row);
  for (const [service, environment, cell] of cells) {
    const row = after.get(service);
    if (row) after.set(service, { ...row, cells: { ...row.cells, [environment]: cell } });
  }
  for (const [service, environment, gap] of gaps) {
    const row = after.get(service);
    if (row) after.set(service, { ...row, gaps: { ...row.gaps, [environment]: gap } });
  }
  const found = [...after.values()];
  return rows.length === 0 ? found : found.sort(byService);
}

function byService(one: DashboardRow, other: DashboardRow): number {
  return one.service < other.service ? -1 : one.service > other.service ? 1 : 0;
}
