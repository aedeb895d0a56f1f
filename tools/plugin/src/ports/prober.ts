import type { ProbeResult } from '../model/deploy/deployment-record.ts';
import type { ProbeTarget } from '../model/deploy/probe-target.ts';

/** Asks services from outside while they are replaced. */
export interface Prober {
  /**
   * Begins to ask at a steady rate, if the first answer is a good one: where there is none even before a deployment,
   * nothing can be shown. Never throws.
   */
  start(target: ProbeTarget, options?: ProbeOptions): Promise<RunningProbe | NoAnswer>;
}

export interface ProbeOptions {
  /** Milliseconds for which it asks again while the gateway answers with an error: a new route comes into force. */
  readonly retryForMs?: number;
  /** Milliseconds for which it goes on asking at least, though it is stopped before. */
  readonly atLeastMs?: number;
}

/** There was no good answer to begin with. */
export interface NoAnswer {
  readonly state: 'no-answer';
  /** Why, as a clause. */
  readonly reason: string;
}

/** A probe that goes on until it is stopped. */
export interface RunningProbe {
  readonly state: 'probing';
  /** Waits for the answers that are still to come, and sums up. */
  stop(): Promise<ProbeResult>;
}
