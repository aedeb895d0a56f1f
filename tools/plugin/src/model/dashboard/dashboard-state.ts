import type { Health } from '../observe/running-service.ts';

/**
 * All that the dashboard's grid is drawn from, as the server sends it to the page. Both are compiled against these types.
 * Times are ISO 8601 in UTC, by the server's clock. Cells and gaps are found by the names of environments, never by a
 * position: an order that differs on both sides would show one environment's state as another's.
 */
export interface DashboardState {
  /** Counts up with each change. */
  readonly version: number;
  /** When the server put it together. */
  readonly now: string;
  /** Name of the workspace, for the page's title. */
  readonly workspace: string;
  /** True when the server was started with `--actions`. */
  readonly hasActions: boolean;
  readonly branch: DashboardBranch;
  /** In the order in which releases are promoted. */
  readonly environments: readonly EnvironmentHead[];
  /** In alphabetical order of the services. */
  readonly rows: readonly DashboardRow[];
}

/** The main branch, which stands before the first environment. */
export interface DashboardBranch {
  readonly name: string;
  /** Its newest commit, full object name. */
  readonly commit?: string;
  /** Why it is not known, or may be old. */
  readonly problem?: string;
}

/** An environment, as its column's head shows it. */
export interface EnvironmentHead {
  readonly name: string;
  readonly isProtected: boolean;
  /** Version of the cluster's configuration there. */
  readonly provisioned?: string;
  /** Why nothing is put into it now, as a sentence. */
  readonly frozen?: string;
  readonly answer: EnvironmentAnswer;
}

/** The answer of an environment. `asking`: it has not answered yet, since the server started. */
export type EnvironmentAnswer =
  | { readonly state: 'asking' }
  | { readonly state: 'live' }
  | {
      readonly state: 'unreachable';
      readonly since: string;
      readonly reason: string;
      /** When it was last looked into; left out when that never was. */
      readonly lastSeen?: string;
    };

/** One service in all environments. */
export interface DashboardRow {
  readonly service: string;
  /** False when it is in an environment only. */
  readonly isInWorkspace: boolean;
  /** Tags of its Nx project. */
  readonly tags: readonly string[];
  /** Folder of its project, relative to the workspace. */
  readonly folder?: string;
  /** By the name of the environment. */
  readonly cells: Readonly<Record<string, DashboardCell>>;
  /** The gap between an environment and the one before it (the main branch before the first), by its name. */
  readonly gaps: Readonly<Record<string, DashboardGap>>;
}

/**
 * State of a cell. `absent`: the service is not there. `gone`: it was deployed, and has no workload. `unknown`: something
 * of it could not be read. Whether what the server sends is current, the environment's head says; the page makes those of an
 * environment that does not answer `unreachable`.
 */
export type CellState = Health | 'asking' | 'absent' | 'gone' | 'unknown' | 'unreachable';

/** A service in an environment, as it was when that was last looked into. */
export interface DashboardCell {
  readonly state: CellState;
  /** Build that runs: `20261125-2`. */
  readonly build?: string;
  /** Full object name. */
  readonly commit?: string;
  readonly pods?: { readonly ready: number; readonly wanted: number };
  /** The newest deployment, however it ended. */
  readonly deployment?: DashboardDeployment;
  /** Commits of the main branch that it lacks, or why that is not known. */
  readonly behind?: { readonly commits: number; readonly isLeast: boolean } | { readonly unknown: string };
  readonly hold?: { readonly by: string; readonly reason?: string };
  /** Fields that are not as they were deployed, a sentence each. */
  readonly drift?: readonly string[];
  /** Findings, in the words of `status`, the worst first. */
  readonly troubles?: readonly string[];
  /** Of `unreachable`: the cell as it was seen last; left out when it never was. */
  readonly seen?: DashboardCell;
}

export interface DashboardDeployment {
  readonly build: string;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'abandoned';
  /** `deploy`, `promote`, `rollback` and others, as records have it. */
  readonly cause: string;
  readonly by: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Why it failed, or why somebody did it, as a sentence. */
  readonly reason?: string;
}

/**
 * Between two environments. `same`: the same build on both sides. `ahead`: the left has commits that the right lacks.
 * `unknown`: they cannot be told. `none`: one side has nothing.
 */
export type DashboardGap = (
  | { readonly kind: 'same' }
  | { readonly kind: 'ahead'; readonly commits: number; readonly isLeast: boolean }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'none' }
) & {
  /** Commits that the right has and the left lacks: to promote would take them away. */
  readonly lost?: number;
  /** When what waits on the left has soaked long enough to be promoted. */
  readonly soakUntil?: string;
};

/** The differences from a version, as the stream sends them: cells, gaps, and what else of the state differs. */
export interface DashboardPatch {
  readonly version: number;
  readonly now: string;
  /** Service, environment, cell. */
  readonly cells: readonly (readonly [string, string, DashboardCell])[];
  readonly gaps: readonly (readonly [string, string, DashboardGap])[];
  /** Left out when they are as before. */
  readonly branch?: DashboardBranch;
  readonly environments?: readonly EnvironmentHead[];
  /** Rows that are new, or whose service came into or left the workspace. */
  readonly rows?: readonly DashboardRow[];
  /** Services that are nowhere any more. */
  readonly removed?: readonly string[];
}
