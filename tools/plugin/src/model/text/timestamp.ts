import { describeDuration } from './duration.ts';

/**
 * Moments as people read them, by Node's own `Intl`, which knows zones and their names: nothing is left for a library.
 */

/**
 * Returns a moment to the minute in local time, with its zone: `2026-11-24 13:00 CET`.
 * @param iso ISO 8601. @param timeZone that of the machine when omitted.
 */
export function formatTimestamp(iso: string, timeZone?: string): string {
  return localTime(iso, 'short', timeZone);
}

/** The same to the second, where a minute is too long: `2026-11-24 13:00:15 CET`. */
export function formatSecond(iso: string, timeZone?: string): string {
  return localTime(iso, 'medium', timeZone);
}

function localTime(iso: string, timeStyle: 'short' | 'medium', timeZone: string | undefined): string {
  const at = new Date(iso);
  // `sv-SE` writes a date as ISO 8601 does, `en-GB` has short names of zones and falls back to the offset.
  const day = at.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle, timeZone });
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short', timeZone })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return `${day} ${zone}`;
}

/** Returns how long ago a moment was, in its largest unit: `12 min ago`. Clocks of two machines may differ. */
export function formatAgo(iso: string, now: Date): string {
  const elapsed = now.getTime() - Date.parse(iso);
  return elapsed < 1000 ? 'just now' : `${describeDuration(elapsed, 1)} ago`;
}

/** Returns a moment as people read it: `2026-11-24 13:00 CET (12 min ago)`. Machines get ISO 8601. */
export function formatMoment(iso: string, now: Date): string {
  return `${formatTimestamp(iso)} (${formatAgo(iso, now)})`;
}
