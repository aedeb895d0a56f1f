/** Returns a field's value as messages show it. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Reports whether a count, or a part of one, is nothing. */
export function isZero(count: unknown): boolean {
  return count === 0 || count === '0' || count === '0%';
}
