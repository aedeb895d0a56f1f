import { setMaxListeners } from 'node:events';
import { ApiError, isUndecodable } from './api-error.ts';

/** Milliseconds after a server gave no answer in which it may not know accounts and roles yet: it was started anew. */
const settlesWithin = 30_000;

/** A connection to an API server: what became of requests so far, and what that says about an answer. */
export class Connection {
  hasAnswered = false;
  /** True from when the server was found silent until it answers. */
  isSilent = false;
  private lostAt = -Infinity;
  private reading = new AbortController();

  constructor() {
    // Each request that only reads listens.
    setMaxListeners(0, this.reading.signal);
  }

  /** Aborted when the server is found silent, with an error that says so: what only reads need not wait for its own limit. */
  get untilSilent(): AbortSignal {
    return this.reading.signal;
  }

  /** Notes an answer, whatever it says. */
  noteAnswer(): void {
    this.hasAnswered = true;
    this.isSilent = false;
  }

  /** Notes that the server is silent, and ends what only reads. */
  noteSilence(error: unknown): void {
    const { reading } = this;
    this.isSilent = true;
    this.lostAt = performance.now();
    this.reading = new AbortController();
    setMaxListeners(0, this.reading.signal);
    reading.abort(error);
  }

  /** True while the server may be one that has just been started: it refuses what it does not know yet. */
  get isSettling(): boolean {
    return performance.now() < this.lostAt + settlesWithin;
  }

  /** Notes what a request ended with. @param signal by which it was given up. @returns whether there was no answer. */
  noteLoss(error: unknown, signal: AbortSignal | undefined): boolean {
    if (error instanceof ApiError) return false;
    if (!signal?.aborted) this.lostAt = performance.now();
    return true;
  }

  /** Reports whether an answer is that of a server that does not know accounts and roles yet. */
  isUnsettled(error: unknown): boolean {
    if (!(error instanceof ApiError) || !this.isSettling) return false;
    return error.code === 401 || (error.code === 403 && / cannot \S+ resource /.test(error.message));
  }
}

/** Returns the milliseconds after which a request is sent again. @param attempt from 0. */
export function pauseBefore(attempt: number): number {
  return Math.min(100 * 2 ** attempt, 2000);
}

/** Reports whether a server could not do what it was asked: 500 is an etcd that elects, or a webhook that is started anew. */
export function isBusy(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 429 || error.code >= 500) && !isUndecodable(error);
}
