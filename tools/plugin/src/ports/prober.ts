import type { ProbeResult } from '../model/deploy/deployment-record.ts';
import type { ProbeTarget } from '../model/deploy/probe-target.ts';

/** Asks services from outside while they are replaced. */
export interface Prober {
  /**
   * Begins to ask at a steady rate, if the first answer is a good one: where there is none even before a deployment,
   * nothing can be shown.
   * @returns a reason, as a clause, where there is nothing to begin with. Never throws.
   */
  start(target: ProbeTarget): Promise<RunningProbe | { readonly reason: string }>;
}

/** A probe that goes on until it is stopped. */
export interface RunningProbe {
  /** Waits for the answers that are still to come, and sums up. */
  stop(): Promise<ProbeResult>;
}
