/** Returns JSON that is the same for equal values, in whatever order their keys were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Unlike an assignment, this gives a key "__proto__" no meaning.
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
