import { clockTimeAt, instantsOf, isTimeZone } from './zoned-time.ts';

/** Days of a week as windows name them, from Sunday, which JavaScript counts as 0. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/**
 * A time in which nothing is put into an environment, as its file says. Without `days` it comes once, from a date to another
 * (`2026-12-20T00:00`); with them each week, from a time of day to another (`15:00`; `00:00` and `24:00` when left out).
 */
export interface FreezeWindow {
  readonly days?: readonly (typeof weekdays)[number][];
  readonly from?: string;
  /** The first minute that is free again. */
  readonly to?: string;
  /** Zone of the clocks on which `from` and `to` are read, by the IANA database: `Europe/Berlin`. */
  readonly zone: string;
  /** Shown to whoever is refused. */
  readonly reason?: string;
}

/** The freeze that an environment is in. */
export interface Freeze {
  /** When it ends, windows that follow without a gap included; undefined where it never does. */
  readonly until: Date | undefined;
  /** The zone of the window that ends last. */
  readonly zone: string;
  /** Those of the windows that are in force, each once. */
  readonly reasons: readonly string[];
}

/** From an instant up to, and without, another: milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const day = 86_400_000;

/** Windows of each week that have followed without a gap for so long, with all changes of clocks in a year, never end. */
const longest = 400 * day;

/** Returns the freeze that a moment is in, if there is one. @param windows without mistakes, see `freezeMistake`. */
export function freezeAt(windows: readonly FreezeWindow[], moment: Date): Freeze | undefined {
  const now = moment.getTime();
  const inForce = windows.filter((window) => spanAround(window, now) !== undefined);
  if (inForce.length === 0) return undefined;
  const reasons = [...new Set(inForce.flatMap(({ reason }) => reason ?? []))];
  const lastDate = Math.max(now, ...windows.flatMap((window) => (window.days ? [] : [onceSpan(window).to])));
  let until = now;
  let zone = inForce[0]!.zone;
  for (;;) {
    const next = latestEnd(windows, until);
    if (next === undefined) return { until: new Date(until), zone, reasons };
    ({ until, zone } = next);
    if (until > lastDate + longest) return { until: undefined, zone, reasons };
  }
}

/** Returns the latest end of the windows that an instant is in. */
function latestEnd(windows: readonly FreezeWindow[], instant: number): { until: number; zone: string } | undefined {
  let latest: { until: number; zone: string } | undefined;
  for (const window of windows) {
    const until = spanAround(window, instant)?.to;
    if (until !== undefined && (latest === undefined || until > latest.until)) latest = { until, zone: window.zone };
  }
  return latest;
}

/** Returns the time of a window that an instant is in. */
function spanAround(window: FreezeWindow, instant: number): Span | undefined {
  const spans = window.days ? weeklySpans(window, instant) : [onceSpan(window)];
  return spans.find(({ from, to }) => from <= instant && instant < to);
}

function onceSpan({ from, to, zone }: FreezeWindow): Span {
  return spanOf(dateTime(from!)!, dateTime(to!)!, zone);
}

/** Returns those of the day that the clocks show, and of its neighbours: where clocks are changed at midnight, they touch it. */
function weeklySpans({ days, from = '00:00', to = '24:00', zone }: FreezeWindow, instant: number): Span[] {
  const today = Math.floor(clockTimeAt(instant, zone) / day) * day;
  return [today - day, today, today + day].flatMap((date) =>
    days!.includes(weekdays[new Date(date).getUTCDay()]!)
      ? [spanOf(date + timeOfDay(from)!, date + timeOfDay(to)!, zone)]
      : [],
  );
}

/** Where clocks are put back over one end of it, it is the longer one. */
function spanOf(from: number, to: number, zone: string): Span {
  return { from: instantsOf(from, zone).first, to: instantsOf(to, zone).last };
}

/** Returns the milliseconds since midnight, undefined for what is no time of day. */
function timeOfDay(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]|24(?=:00)):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Returns the time of a clock, undefined for what is none: February has no 30th. */
function dateTime(text: string): number | undefined {
  const [date = '', time = ''] = text.split('T');
  const midnight = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00Z`) : NaN;
  const sinceMidnight = timeOfDay(time);
  // Some engines take the 30th of February for the 2nd of March.
  if (sinceMidnight === undefined || Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date))
    return undefined;
  return midnight + sinceMidnight;
}

/**
 * Returns what is wrong with a window besides the types of its values, as a sentence without its place.
 * @param hint says which of the known zones an unknown one stands for, in a sentence; empty where none does.
 */
export function freezeMistake(
  { days, from, to, zone }: FreezeWindow,
  hint: (unknown: string, known: readonly string[]) => string,
): string | undefined {
  if (!isTimeZone(zone))
    return `there is no time zone "${zone}". ${hint(zone, Intl.supportedValuesOf('timeZone')) || 'Zones are named as in the IANA database: Europe/Berlin, UTC.'}`;
  if (!days && (from === undefined || to === undefined))
    return `the key "${from === undefined ? 'from' : 'to'}" is missing: only with "days" it may be.`;
  const read = days ? timeOfDay : dateTime;
  const [start, end] = [from ?? '00:00', to ?? '24:00'].map(read);
  if (start === undefined || end === undefined) {
    const [key, text] = start === undefined ? ['from', from] : ['to', to];
    return days
      ? `${key} is "${text}"; with "days" it must be a time of day, like "15:00".`
      : `${key} is "${text}"; without "days" it must be a date with a time, like "2026-12-20T00:00".`;
  }
  if (start < end) return undefined;
  const instead = days ? ' Past midnight, write two: until "24:00", and from "00:00" of the next day.' : '';
  return `it ends (${to ?? '24:00'}) before it has begun (${from ?? '00:00'}).${instead}`;
}

/** Returns `is frozen until 2027-01-03 00:00 Europe/Berlin (year end)`. */
export function describeFreeze({ until, zone, reasons }: Freeze): string {
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  if (until === undefined) return `is frozen without an end${why}`;
  const shown = new Date(clockTimeAt(until.getTime(), zone)).toISOString().slice(0, 16).replace('T', ' ');
  return `is frozen until ${shown} ${zone}${why}`;
}
