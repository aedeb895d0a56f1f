import { askOnce, type Target } from '../../scratch-workspace/src/clients/ask-once.ts';
import type { FailedRequest } from './prober.ts';

/** Requests that take long, some of which are always on their way: when one was answered, the next is sent. */
export class HeldRequests {
  private readonly failures: FailedRequest[] = [];
  private readonly workers: Promise<void>[];
  private requests = 0;
  private stopping = false;

  /**
   * @param atOnce how many are on their way to each target.
   * @param isWhole tells whether a body is all of what was asked for.
   * @param during says what is going on.
   */
  constructor(targets: readonly Target[], atOnce: number, during: () => string, isWhole?: (body: string) => boolean) {
    const work = async (target: Target, index: number) => {
      // Not all at the same moment.
      await new Promise((resolve) => setTimeout(resolve, index * 300));
      while (!this.stopping) {
        const [at, before] = [new Date().toISOString(), during()];
        const what = await askOnce(target, isWhole);
        this.requests++;
        if (what === undefined) continue;
        this.failures.push({ url: target.url, what, at, during: `${before}, and ${during()}` });
        // A service that is away must not be asked a thousand times a second.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    this.workers = targets.flatMap((target) => Array.from({ length: atOnce }, (_, index) => work(target, index)));
  }

  /** So far. */
  get figures(): { requests: number; failed: readonly FailedRequest[] } {
    return { requests: this.requests, failed: this.failures };
  }

  /** Lets those that are on their way be answered. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers);
  }
}
