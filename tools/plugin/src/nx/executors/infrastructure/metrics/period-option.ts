import { parseDuration } from '../../../../model/text/duration.ts';
import { badOption, type OptionReader } from '../../options/options.ts';

/** `--since=30d`: milliseconds. */
export function periodOr(fallback: number): OptionReader<number> {
  return (value, name, doing) => {
    if (value === undefined) return fallback;
    const period = typeof value === 'string' ? parseDuration(value) : undefined;
    if (period !== undefined && period > 0) return period;
    throw badOption(name, value, doing, 'Give a time from now on backwards, such as 12h or 30d.');
  };
}
