/**
 * A stage of the work that so many may be in at the same time; the others wait, and come in the order in which they asked.
 *
 * No library: p-limit's waiters cannot leave, and p-queue gives a place away as soon as its work is asked to stop, while it
 * still ends what it had begun.
 */
export class Stage {
  private free: number;
  private readonly waiting = new Set<() => void>();

  /** @param most how many at the same time: 1 or more. */
  constructor(most: number) {
    this.free = most;
  }

  /**
   * Waits for a place.
   * @param signal ends the wait when it is aborted; its reason is thrown then, and the place goes to the next one.
   * @returns leaves the stage; a second call does nothing.
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free--;
    else await this.turn(signal);
    let isIn = true;
    const leave = () => {
      if (isIn) this.release();
      isIn = false;
    };
    if (!signal?.aborted) return leave;
    // It was aborted between the turn and this line.
    leave();
    throw signal.reason;
  }

  /** Runs an action in the stage, to its end. @param signal as of `enter`; what has begun is ended by the action itself. */
  async run<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const leave = await this.enter(signal);
    try {
      return await action();
    } finally {
      leave();
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.waiting.delete(begin);
        reject(signal?.reason);
      };
      this.waiting.add(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Hands the place on. */
  private release(): void {
    const [next] = this.waiting;
    if (!next) {
      this.free++;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
