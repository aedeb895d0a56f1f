import type { DeploymentFault, DeploymentOutcome } from '../../../model/deploy/deployment-record.ts';
import { Failure, ProductError } from '../../../model/errors/product-error.ts';
import type { Actor } from '../../../model/release/actor.ts';
import type { RolloutResult, ServiceLock } from '../../../ports/cluster.ts';

/*
 * An attempt to change an environment, which is recorded before anything is changed, so that the next one knows of it
 * whatever happens:
 *
 * 1. The record is opened. What fails before is a refusal: nothing was changed.
 * 2. The work runs. It is stopped when the command is interrupted, and when the lock is lost.
 * 3. The record is closed: `succeeded`; `failed`, with the reason; `cancelled`, when the command was interrupted.
 * 4. When the lock was lost, its new holder has closed the record, and the outcome is `unknown` here. It is likewise where
 *    the record could not be closed: where that cannot be written, nothing else can.
 * 5. Work that succeeded stays succeeded, whatever fails after it: that is told, and where the record cannot be closed the
 *    next attempt calls it abandoned.
 * 6. A refusal by the cluster while the work runs is a failure: it says that nothing was changed, which is not true any more.
 */

/** How work on an environment ended, when it did not throw. */
export type WorkResult<T> =
  | {
      readonly state: 'succeeded';
      readonly value: T;
      /** A sentence that tells what failed after all was ready: it undoes nothing, and is recorded. */
      readonly remark?: string | undefined;
    }
  | UnfinishedWork;
type UnfinishedWork = Exclude<RolloutResult, { state: 'ready' }>;

/** How a recorded attempt ended: `unknown` where another deployment, or nobody, knows. */
export type AttemptOutcome<R, T> =
  | { readonly outcome: 'succeeded'; readonly record: R; readonly value: T }
  | { readonly outcome: 'failed' | 'cancelled' | 'unknown'; readonly failure: Failure };

/** How a record is closed. */
export interface AttemptEnding {
  readonly outcome: Exclude<DeploymentOutcome, 'running'>;
  readonly reason?: string;
  readonly fault?: DeploymentFault;
}

/** Work on an environment that is recorded. */
export interface RecordedAttempt<R, T> {
  /** The action, as a clause: `deploy orders 20261124-1 to preprod`. */
  readonly doing: string;
  readonly lock: ServiceLock;
  /** Aborted when the command is interrupted. */
  readonly signal: AbortSignal | undefined;
  open(): Promise<R>;
  /** Does the work. @param stop aborted when it must write nothing more. */
  run(stop: AbortSignal, record: R): Promise<WorkResult<T>>;
  close(record: R, ending: AttemptEnding): Promise<R>;
  /** Called when the record of work that succeeded could not be closed. @param reason a sentence. */
  onUnrecorded(reason: string): void;
  /** Called at once when the command is interrupted, before anything is written. */
  onInterrupted?(): void;
  readonly remedies: { readonly failed: string; readonly interrupted: string };
  /** Why it ended when it was interrupted, as a sentence. */
  readonly interruption: string;
}

/**
 * Makes an attempt and records how it ended. Throws for bugs only, when the record could not be opened, and when the command
 * was interrupted before it was.
 */
export async function recordAttempt<R, T>(attempt: RecordedAttempt<R, T>): Promise<AttemptOutcome<R, T>> {
  const { lock, signal } = attempt;
  const stop = AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]);
  signal?.throwIfAborted();
  const record = await attempt.open();
  try {
    const result = await attempt.run(stop, record);
    if (result.state !== 'succeeded') return await endUnfinished(attempt, record, result);
    return await endSucceeded(attempt, record, result);
  } catch (error) {
    return endThrown(attempt, record, error);
  }
}

async function endSucceeded<R, T>(
  attempt: RecordedAttempt<R, T>,
  record: R,
  { value, remark }: WorkResult<T> & { state: 'succeeded' },
): Promise<AttemptOutcome<R, T>> {
  const ending = { outcome: 'succeeded', ...(remark === undefined ? {} : { reason: remark }) } as const;
  try {
    return { outcome: 'succeeded', record: await attempt.close(record, ending), value };
  } catch (error) {
    if (attempt.lock.lost.aborted || !(error instanceof ProductError)) throw error;
    attempt.onUnrecorded(error.facts.reason);
    return { outcome: 'succeeded', record: { ...record, ...ending }, value };
  }
}

async function endUnfinished<R, T>(
  attempt: RecordedAttempt<R, T>,
  record: R,
  { state, reason, fault, evidence }: UnfinishedWork,
): Promise<AttemptOutcome<R, T>> {
  if (attempt.lock.lost.aborted) return lostLock(attempt);
  if (state === 'interrupted') return endInterrupted(attempt, record);
  await attempt.close(record, { outcome: 'failed', reason, ...(fault === undefined ? {} : { fault }) });
  const { doing, remedies } = attempt;
  return {
    outcome: 'failed',
    failure: new Failure({ type: `rollout-${state}`, doing, reason, remedy: remedies.failed, evidence }),
  };
}

async function endThrown<R, T>(
  attempt: RecordedAttempt<R, T>,
  record: R,
  error: unknown,
): Promise<AttemptOutcome<R, T>> {
  if (attempt.lock.lost.aborted) return lostLock(attempt);
  if (attempt.signal?.aborted && error === attempt.signal.reason) return endInterrupted(attempt, record, error);
  const reason = error instanceof Error ? error.message : String(error);
  const isRecorded = await succeeds(attempt.close(record, { outcome: 'failed', reason }));
  if (!(error instanceof ProductError)) throw error;
  const failure = error instanceof Failure ? error : new Failure({ ...error.facts, cause: error });
  return { outcome: isRecorded ? 'failed' : 'unknown', failure };
}

async function endInterrupted<R, T>(
  attempt: RecordedAttempt<R, T>,
  record: R,
  cause?: unknown,
): Promise<AttemptOutcome<R, T>> {
  // First of all: what interrupted the command may also have ended what would show its result.
  attempt.onInterrupted?.();
  await succeeds(attempt.close(record, { outcome: 'cancelled', reason: 'The command was interrupted.' }));
  const { doing, interruption: reason, remedies } = attempt;
  return {
    outcome: 'cancelled',
    failure: new Failure({ type: 'interrupted', doing, reason, remedy: remedies.interrupted, cause }),
  };
}

function lostLock<R, T>({ doing, lock }: RecordedAttempt<R, T>): AttemptOutcome<R, T> {
  const cause: unknown = lock.lost.reason;
  const facts = cause instanceof ProductError ? cause.facts : undefined;
  const failure = new Failure({
    type: 'lock-lost',
    doing,
    reason: facts?.reason ?? 'Another deployment took over the lock.',
    remedy:
      facts?.remedy ?? 'Run the same command again; it waits for the other deployment and continues from its result.',
    cause,
  });
  return { outcome: 'unknown', failure };
}

async function succeeds(action: Promise<unknown>): Promise<boolean> {
  try {
    await action;
    return true;
  } catch {
    return false;
  }
}

/** A record of any kind, as far as closing abandoned ones needs it. */
interface AnyRecord {
  readonly outcome: DeploymentOutcome;
  readonly actor: Actor;
  readonly startedAt: string;
}

/**
 * Closes the records that are still `running`: the caller holds the lock, so their writers are dead.
 * @param actor the caller. @returns the records, in the same order.
 */
export function closeAbandoned<R extends AnyRecord>(
  records: readonly R[],
  actor: Actor,
  { warn, close }: { warn(record: R, by: string): void; close(record: R, ending: AttemptEnding): Promise<R> },
): Promise<R[]> {
  return Promise.all(
    records.map((record) => {
      if (record.outcome !== 'running') return record;
      warn(record, `${record.actor.person} (${record.actor.run})`);
      const reason = `Its deployer died or lost its connection; found by ${actor.person} (${actor.run}).`;
      return close(record, { outcome: 'abandoned', reason });
    }),
  );
}
