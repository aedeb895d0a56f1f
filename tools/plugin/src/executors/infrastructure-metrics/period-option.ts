import { parseDuration } from '../../model/duration.ts';
import { Refusal } from '../../model/product-error.ts';
import type { OptionReader } from '../options.ts';

/** `--since=30d`: milliseconds. */
export function periodOr(fallback: number): OptionReader<number> {
  return (value, name, doing) => {
    if (value === undefined) return fallback;
    const period = typeof value === 'string' ? parseDuration(value) : undefined;
    if (period !== undefined && period > 0) return period;
    throw new Refusal({
      type: 'bad-option',
      doing,
      reason: `--${name} cannot be ${(JSON.stringify(value) ?? String(value)).slice(0, 80)}.`,
      remedy: 'Give a time from now on backwards, such as 12h or 30d.',
    });
  };
}
