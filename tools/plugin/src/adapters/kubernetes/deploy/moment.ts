import { uptime } from 'node:os';

/*
 * No clock of a machine is right in all cases: the monotonic clock (`performance.now()`) stands still while the machine is
 * suspended; the time since the boot goes on then, but not on every system; the time of day goes on too, and is set
 * forward and back. So who must stop in time goes by the clock that went furthest, and who waits for another to fall
 * silent goes by the monotonic clock, which never goes further than time itself.
 */

/** A moment, by all clocks of this machine, in milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly sinceBoot: number;
  readonly timeOfDay: number;
}

/** Reads all clocks of this machine. */
export function momentNow(): Moment {
  return { monotonic: performance.now(), sinceBoot: uptime() * 1000, timeOfDay: Date.now() };
}

/** Returns the milliseconds between two moments, by the clock that went furthest. */
export function mostBetween(from: Moment, to: Moment): number {
  return Math.max(to.monotonic - from.monotonic, to.sinceBoot - from.sinceBoot, to.timeOfDay - from.timeOfDay);
}
