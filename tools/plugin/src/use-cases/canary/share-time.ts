import { describeDuration } from '../../model/text/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { MetricsJudge } from './metrics-judge.ts';

/** Milliseconds after which figures are asked for again: Prometheus gets new ones every 15 s or so. */
const askEveryMs = 10_000;
/** Milliseconds for which a share is held beyond its time where there is nothing to judge it by. */
const mostBeyondMs = 120_000;

/** The state of a share. `held`: its time goes on. */
export type ShareState = { readonly state: 'held' | 'over' } | { readonly state: 'failed'; readonly reason: string };

/** The equipment of the judgement of a share. */
interface ShareSurroundings {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal | undefined;
  /** `preprod: canary 20261124-2`. */
  readonly whose: string;
}

/** The time of one share, in which a canary's figures are looked at: also beyond its pause, until there are some. */
export class ShareTime {
  private readonly pauseMs: number;
  private readonly judge: MetricsJudge | undefined;
  private readonly surroundings: ShareSurroundings;
  private readonly begun: number;
  private askedAt = 0;
  /** When its time was over, though it had not been judged. */
  private overAt: number | undefined;

  constructor(pauseMs: number, judge: MetricsJudge | undefined, surroundings: ShareSurroundings) {
    this.pauseMs = pauseMs;
    this.judge = judge;
    this.surroundings = surroundings;
    this.begun = surroundings.clock().getTime();
  }

  /** @param heldMs how long the share has been held. @returns whether it is to be held longer. */
  async after(heldMs: number): Promise<ShareState> {
    const isOver = heldMs >= this.pauseMs;
    if (!this.judge) return { state: isOver ? 'over' : 'held' };
    if (!isOver && heldMs - this.askedAt < askEveryMs) return { state: 'held' };
    this.askedAt = heldMs;
    const { clock, reporter, signal, whose } = this.surroundings;
    const askedAt = clock().getTime();
    // Where its clock was set back, what was held counts.
    const windowMs = Math.max(heldMs, askedAt - this.begun);
    const verdict = await this.judge.judge(windowMs, signal);
    if (verdict.state === 'bad') return { state: 'failed', reason: `Prometheus has ${verdict.reason}` };
    if (!isOver) return { state: 'held' };
    if (verdict.state === 'good') {
      reporter.step(`${whose}: Prometheus has ${verdict.text}`);
      return { state: 'over' };
    }
    const beyond = describeDuration(mostBeyondMs);
    if (this.overAt === undefined)
      reporter.step(`${whose}: waits for Prometheus to judge it, for ${beyond} at most: ${verdict.reason}`);
    this.overAt ??= askedAt;
    // Who does not answer takes its time, too.
    if (Math.max(heldMs - this.pauseMs, clock().getTime() - this.overAt) >= mostBeyondMs)
      return { state: 'failed', reason: `Prometheus could not judge it, also ${beyond} later: ${verdict.reason}` };
    return { state: 'held' };
  }
}
