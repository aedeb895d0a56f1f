import { Stage } from '../../../model/concurrency/stage.ts';

/** Answers that are worked out at the same time. */
const mostAtOnce = 4;

/** An answer that is worked out, for all that wait for it. */
interface Work {
  readonly found: Promise<unknown>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Works out answers, a few at the same time; one that several ask for meanwhile only once. One that everybody has stopped
 * waiting for gives its place up.
 */
export class SharedAnswers {
  private readonly stage = new Stage(mostAtOnce);
  private readonly running = new Map<string, Work>();

  /**
   * Returns an answer.
   * @param key of all that have the same answer. @param signal aborted when this one waits no more: its reason is thrown then.
   */
  async answer<T>(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const shared = this.running.get(key) ?? this.begin(key, work);
    shared.waiting++;
    const gone = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      return (await Promise.race([shared.found, gone])) as T;
    } finally {
      shared.waiting--;
      if (shared.waiting === 0) this.end(key, shared);
    }
  }

  private begin(key: string, work: (signal: AbortSignal) => Promise<unknown>): Work {
    const stop = new AbortController();
    const found = this.stage.run(() => work(stop.signal), stop.signal);
    const shared = { found, stop, waiting: 0 };
    this.running.set(key, shared);
    // Its end is of no interest to those who left.
    found.catch(() => {}).finally(() => this.forget(key, shared));
    return shared;
  }

  private end(key: string, shared: Work): void {
    this.forget(key, shared);
    shared.stop.abort(new DOMException('The answer is not waited for any more.', 'AbortError'));
  }

  private forget(key: string, shared: Work): void {
    if (this.running.get(key) === shared) this.running.delete(key);
  }
}
