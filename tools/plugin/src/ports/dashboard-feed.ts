import type { DashboardPatch, DashboardState } from '../model/dashboard/dashboard-state.ts';

/** The state that the dashboard shows, and its changes. */
export interface DashboardFeed {
  /** The newest state: at once, also when no environment has answered yet. */
  state(): DashboardState;
  /** Calls with each change, whose version is one more than that before. @returns what ends it. */
  onPatch(listener: (patch: DashboardPatch) => void): () => void;
}

/** Something else that is sent to all pages as it happens: a line of a run. */
export interface DashboardEvents {
  /** @returns what ends it. */
  onEvent(listener: (event: object) => void): () => void;
}
