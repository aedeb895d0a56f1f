import { askOnce, type Target } from '../../scratch-workspace/src/clients/ask-once.ts';

/** A request that failed. */
export interface FailedRequest {
  readonly url: string;
  /** The failure: `answer 503`, `socket hang up`. */
  readonly what: string;
  /** When it was sent: ISO 8601, UTC. */
  readonly at: string;
  /** The operation that was running when it was sent. */
  readonly during: string;
}

/** Something that is asked now and then. */
export interface Probed extends Target {
  /** Asks in another way than by GET. @returns what went wrong, if anything did. */
  ask?(): Promise<string | undefined>;
}

/** Figures of a series of requests. */
export interface ProbeFigures {
  readonly requests: number;
  readonly failed: readonly FailedRequest[];
}

/** `http://…/soak/quick: answer 503 at 2026-11-24T12:00:00Z during deploy 20261124-2`. */
export function describeFailed({ url, what, at, during }: FailedRequest): string {
  return `${url}: ${what} at ${at} during ${during}`;
}

/** Sends a request now and then, each over a connection of its own, until it is stopped. */
export class Prober {
  private readonly targets: readonly Probed[];
  private readonly during: () => string;
  private readonly failed: FailedRequest[] = [];
  private readonly pending = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private requests = 0;

  /**
   * @param every milliseconds between two requests; targets take turns.
   * @param during says what is going on.
   */
  constructor(targets: readonly Probed[], every: number, during: () => string) {
    this.targets = targets;
    this.during = during;
    this.timer = setInterval(() => this.ask(), every);
  }

  /** So far. */
  get figures(): ProbeFigures {
    return { requests: this.requests, failed: this.failed };
  }

  async stop(): Promise<ProbeFigures> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    return this.figures;
  }

  private ask(): void {
    const target = this.targets[this.requests++ % this.targets.length]!;
    const [at, during] = [new Date().toISOString(), this.during()];
    const answered = (target.ask?.() ?? askOnce(target)).then((what) => {
      this.pending.delete(answered);
      if (what !== undefined) this.failed.push({ url: target.url, what, at, during });
    });
    this.pending.add(answered);
  }
}
