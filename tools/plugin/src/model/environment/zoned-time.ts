/*
 * Times on the clocks of a zone, by Node's own `Intl`, which knows the zones of the IANA database with all changes of their
 * clocks. A time of a clock is a number, too: the milliseconds that the same reading would be in UTC. `Temporal` does the
 * same, and Node 20 does not have it.
 */

const day = 86_400_000;

/** Making one takes longer than all else here. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Reports whether a text is the name of a zone in the IANA database, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** Returns what the clocks of a zone show at an instant. @param instant milliseconds since 1970. @throws for no zone. */
export function clockTimeAt(instant: number, zone: string): number {
  // Swedish dates are written as ISO 8601 writes them; one text is three times as fast as its parts.
  const shown = Date.parse(`${formatOf(zone).format(instant).replace(' ', 'T')}Z`);
  return shown + (((instant % 1000) + 1000) % 1000);
}

/**
 * Returns the instants at which the clocks of a zone show a time: two where they are put back over it, of which the first
 * and the last are told. Where they jump over it, the one at which they would show it had they not (as in RFC 5545, and
 * as `Temporal` does by default). @throws for no zone.
 */
export function instantsOf(clockTime: number, zone: string): { readonly first: number; readonly last: number } {
  // No zone differs from UTC by a day, and none changes its clocks twice in two days.
  const offsets = [clockTime - day, clockTime + day].map((near) => clockTimeAt(near, zone) - near);
  if (offsets[0] === offsets[1]) return { first: clockTime - offsets[0]!, last: clockTime - offsets[0]! };
  const shown = offsets.map((offset) => clockTime - offset).filter((each) => clockTimeAt(each, zone) === clockTime);
  const found = shown.length > 0 ? shown : [clockTime - offsets[0]!];
  return { first: Math.min(...found), last: Math.max(...found) };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(zone, made);
  return made;
}
