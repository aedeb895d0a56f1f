/**
 * Times as they are typed and shown here. No library: `ms` takes `-1.5 years` for a time as well, and `pretty-ms` has
 * another form (`1h 1m`) than the rest of what is printed.
 */
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30m`, `2h` or `1d`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * units[unit]!;
}

/** Returns a time as it is typed, which `parseDuration` reads: `90s`, `2h`. @param milliseconds whole seconds. */
export function typedDuration(milliseconds: number): string {
  const [unit, length] = Object.entries(units).findLast(([, each]) => milliseconds % each === 0) ?? ['s', 1000];
  return `${Math.round(milliseconds / length)}${unit}`;
}

/** Returns `1 d 2 h`, `3 min 5 s`, `4 s`: the largest units of a time in milliseconds. @param most units that are shown. */
export function describeDuration(milliseconds: number, most = 2): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first === -1 ? parts.slice(-1) : parts.slice(first, first + most).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
