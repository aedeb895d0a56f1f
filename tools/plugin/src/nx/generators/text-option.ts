import type { OptionReader } from '../executors/options/option.ts';

/**
 * An option whose text the generator itself checks. Nx makes a number of what looks like one, and `true` of an option
 * without a value.
 */
export function text(fallback: string): OptionReader<string> {
  return { read: (value) => (value === undefined ? fallback : String(value)) };
}
