import type { RawOptions } from '../executors/options/options.ts';
import { Refusal } from '../../model/errors/product-error.ts';

/**
 * Refuses a second name for a command that takes one: half of what was asked for would be done.
 * @throws {Refusal} naming it.
 */
export function rejectExtraArguments(raw: RawOptions, doing: string): void {
  const words = Array.isArray(raw['_']) ? raw['_'] : [];
  if (words.length === 0) return;
  throw new Refusal({
    type: 'unexpected-argument',
    doing,
    reason: `Unexpected argument${words.length === 1 ? '' : 's'}: ${words.map((word) => `\`${String(word)}\``).join(', ')}.`,
    remedy: 'Give one name, and options as `--option=value`.',
  });
}
