/** Places whose values Kubernetes rewrites: `0.5` is kept as `500m`, `1000Mi` stays, `1024Mi` is kept as `1Gi`. */
const places =
  /(^|\.)(limits|requests|capacity|hard|max|min|default|defaultRequest|sizeLimit|divisor|averageValue)(\.|$)/;
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Reports whether two values at a place of an object are one quantity, written in two ways. @param path `limits.cpu`. */
export function isSameQuantity(path: string, one: unknown, other: unknown): boolean {
  if (!places.test(path)) return false;
  const [a, b] = [amountOf(one), amountOf(other)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

function amountOf(value: unknown): number | undefined {
  const [, number, suffix = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  return number === undefined ? undefined : Number(number) * factors[suffix]!;
}
