import { describeDuration } from '../text/duration.ts';
import { formatSecond } from '../text/timestamp.ts';

/** A time within a text: how long ago it was, how long it is until then, or itself with its zone. */
export interface TimeWord {
  /** ISO 8601. */
  readonly at: string;
  readonly as: 'age' | 'left' | 'moment';
}

/** A text with its times apart, so that each is shown in the chosen zone, and as a time that machines can read. */
export type TimedWords = readonly (string | TimeWord)[];

/** The clock that ages are counted by, the server's, and the zone of moments: that of the machine when undefined. */
export interface Timing {
  readonly now: Date;
  readonly timeZone: string | undefined;
}

/** Returns how long ago a moment was, in its largest unit, by the server's clock: `6 min`. */
export function ageOf(iso: string, now: Date): string {
  return describeDuration(now.getTime() - Date.parse(iso), 1);
}

/** Returns a time as text: `6 min`, or `2026-11-24 14:03:21 UTC`. */
export function timeText({ at, as }: TimeWord, { now, timeZone }: Timing): string {
  if (as === 'moment') return formatSecond(at, timeZone);
  return as === 'age' ? ageOf(at, now) : ageOf(now.toISOString(), new Date(at));
}

/** Returns all of it as one text, as titles and screen readers need it. */
export function plainText(words: TimedWords, timing: Timing): string {
  return words.map((word) => (typeof word === 'string' ? word : timeText(word, timing))).join('');
}
