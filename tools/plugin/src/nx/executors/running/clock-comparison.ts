import { describeDuration } from '../../../model/text/duration.ts';
import type { TimedAnswer } from '../../../ports/clock.ts';

/** Milliseconds by which clocks may differ without a word. */
const tolerance = 60_000;
/** Milliseconds by which a `Date` header is behind at most: it has whole seconds. */
const resolution = 1000;

/**
 * Compares this machine's clock with those of the servers that answer anyway (`Date`, RFC 9110), and reports a difference
 * once for a command: build numbers, records and soak go by this machine's clock, others' by theirs.
 */
export class ClockComparison {
  private readonly now: () => number;
  private found: string | undefined;
  private warn: ((line: string) => void) | undefined;
  private isReported = false;
  /** True when a server told its time. */
  isCompared = false;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** The difference that was found, as a sentence. */
  get difference(): string | undefined {
    return this.found;
  }

  /** Reports by this from now on, and at once where a difference was found before. */
  reportBy(warn: (line: string) => void): void {
    this.warn = warn;
    this.report();
  }

  /** Looks at the time in an answer. */
  readonly look = ({ server, headers, askedAt }: TimedAnswer): void => {
    // A cache says when the answer was made, and how long ago.
    if (this.found !== undefined || headers.date === undefined || headers.age !== undefined) return;
    this.isCompared = true;
    const theirs = Date.parse(headers.date);
    const ours = this.now();
    const isAhead = askedAt - (theirs + resolution) > tolerance;
    if (!isAhead && !(theirs - ours > tolerance)) return;
    const by = `${describeDuration(Math.abs(ours - theirs))} ${isAhead ? 'ahead of' : 'behind'}`;
    this.found = `this machine's clock (${timeOf(ours)}) is ${by} that of ${server} (${timeOf(theirs)}); build numbers go by this one: set the clock that is wrong`;
    this.report();
  };

  private report(): void {
    if (this.found === undefined || this.warn === undefined || this.isReported) return;
    this.isReported = true;
    this.warn(this.found);
  }
}

function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
