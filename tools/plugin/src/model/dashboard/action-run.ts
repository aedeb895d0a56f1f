import type { PlanChanged } from './action-plan.ts';

/**
 * How a run stands. `cancelling`: it was asked to stop, and ends what it is writing. `changed`: under the lock it was no more
 * what had been shown, and nothing was done.
 */
export type RunState = 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled' | 'changed';

/** A run of a plan, without its lines. Times are ISO 8601 in UTC. */
export interface RunSummary {
  readonly id: string;
  /** Id of its plan. */
  readonly plan: string;
  readonly title: string;
  /** The environments that it changes, by name. */
  readonly environments: readonly string[];
  readonly by: { readonly person: string; readonly run: string };
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly state: RunState;
  readonly services: readonly RunOfService[];
  /** Set when it is no more what was shown. */
  readonly changed?: PlanChanged;
}

/** How far a run is with one service. */
export interface RunOfService {
  readonly service: string;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'changed' | 'not-begun';
}

/** A line of a run, as the terminal has it. */
export interface RunLine {
  /** Counts the lines of the run, from 1. */
  readonly id: number;
  readonly at: string;
  readonly service: string;
  readonly kind: 'step' | 'detail' | 'warning' | 'result' | 'error';
  readonly text: string;
}

/** A run with the lines that are kept of it. */
export interface ActionRun extends RunSummary {
  /** The newest, in their order; older ones are not kept. */
  readonly lines: readonly RunLine[];
}

/** News of a run, as the stream sends it. */
export type RunEvent =
  | { readonly kind: 'line'; readonly run: string; readonly line: RunLine }
  | { readonly kind: 'state'; readonly run: string; readonly summary: RunSummary };
