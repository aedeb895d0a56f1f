import { ArmError } from './arm-error.ts';
import type { Accepted, Answer } from './management-request.ts';

/**
 * The two shapes that answers to long-running operations have. `azure-async-operation`: 201 or 200 with a body and with
 * both headers; `location`: 202 with `Location` alone and without a body.
 */
export type AsyncShape = 'azure-async-operation' | 'location';

/** How an operation ends other than it would. */
export type OperationFault = { readonly kind: 'endless' } | { readonly kind: 'failed'; readonly error: ArmError };

export interface Operation {
  readonly id: string;
  /** The request that began it: `PUT apis/orders`. */
  readonly line: string;
  /** What it changes, alone: `apis/orders`. */
  readonly lock: string;
  /** 200, 201 or 204. */
  readonly status: number;
  readonly due: number;
  readonly finish: () => Answer;
  outcome?: Answer | ArmError;
}

/** An answer to a poll. */
export interface PollAnswer {
  readonly status: number;
  readonly etag?: string | undefined;
  readonly body?: unknown;
}

/** Operations that go on after their answer. They are carried out when they are due, by the first request after that. */
export class LongRunning {
  private readonly operations = new Map<string, Operation>();
  private pending: readonly Operation[] = [];
  private readonly ended: (time: number) => void;

  /** @param ended called when an operation was carried out, with the time when it was due. */
  constructor(ended: (time: number) => void) {
    this.ended = ended;
  }

  begin(
    accepted: Accepted,
    by: {
      line: string;
      lock: string;
      now: number;
      operationMs: number;
      fault?: OperationFault | undefined;
    },
  ): Operation {
    const { line, lock, now, operationMs, fault } = by;
    const id = `${this.operations.size + 1}`.padStart(24, '5c730e343244df1b9cb56e85');
    const failed = fault?.kind === 'failed' ? fault.error : undefined;
    const finish = () => {
      if (failed) throw failed;
      return accepted.finish();
    };
    const due = fault?.kind === 'endless' ? Number.POSITIVE_INFINITY : now + operationMs;
    const operation: Operation = { id, line, lock, status: accepted.status, due, finish };
    this.operations.set(id, operation);
    this.pending = [...this.pending, operation];
    return operation;
  }

  /** Carries out what is due. */
  settle(now: number): void {
    const due = this.pending.filter((each) => each.due <= now);
    if (due.length === 0) return;
    this.pending = this.pending.filter((each) => each.due > now);
    for (const operation of due.sort((a, b) => a.due - b.due)) {
      try {
        operation.outcome = operation.finish();
      } catch (error) {
        if (!(error instanceof ArmError)) throw error;
        operation.outcome = error;
      }
      this.ended(operation.due);
    }
  }

  /**
   * Throws when something is being changed, or was a moment ago.
   * @param by.lockMs how long after the end of an operation nothing else can be written.
   */
  checkFree(lock: string, by: { readonly now: number; readonly lockMs: number; readonly isPolicy: boolean }): void {
    const { now, lockMs, isPolicy } = by;
    // The last one alone: it could begin because those before it were over.
    const last = [...this.operations.values()].findLast((each) => each.lock === lock);
    if (!last) return;
    if (!last.outcome) throw conflict();
    const isSettling = !(last.outcome instanceof ArmError) && now < last.due + lockMs;
    if (!isSettling) return;
    // What a policy is put to is not yet known everywhere: API Management has another error for that.
    throw isPolicy ? new ArmError(400, 'ValidationError', 'Entity with specified identifier not found') : conflict();
  }

  find(id: string): Operation | undefined {
    return this.operations.get(id);
  }

  /** Answers a poll of the address in `Azure-AsyncOperation`. */
  status(operation: Operation, address: string): PollAnswer {
    const { id, outcome } = operation;
    const state = outcome === undefined ? 'InProgress' : outcome instanceof ArmError ? 'Failed' : 'Succeeded';
    const error = outcome instanceof ArmError ? (outcome.body as object) : {};
    return { status: 200, body: { id: address, name: id, status: state, ...error } };
  }

  /** Answers a poll of the address in `Location`. */
  result({ outcome, status }: Operation): PollAnswer {
    if (outcome === undefined) return { status: 202 };
    if (outcome instanceof ArmError) throw outcome;
    return { status, etag: outcome.etag, body: outcome.body };
  }
}

function conflict(): ArmError {
  return new ArmError(409, 'PessimisticConcurrencyConflict', 'Operation on the API is in progress');
}
