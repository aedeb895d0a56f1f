const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a time as Gateway API writes it (`15s`, `1m30s`); undefined for any other text. 0 stands for no limit. */
export function parseGatewayDuration(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^(\d{1,5}(h|ms|m|s)){1,4}$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(h|ms|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit!]!,
    0,
  );
}
