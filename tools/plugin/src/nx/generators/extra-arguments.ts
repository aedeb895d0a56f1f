import type { RawOptions } from '../executors/options/options.ts';
import { Refusal } from '../../model/errors/product-error.ts';

/**
 * What a command that takes one name does with a second: half of what was asked for would be done.
 * @throws {Refusal} naming it.
 */
export function rejectExtraArguments(raw: RawOptions, doing: string): void {
  const words = Array.isArray(raw['_']) ? raw['_'] : [];
  if (words.length === 0) return;
  throw new Refusal({
    type: 'unexpected-argument',
    doing,
    reason: `It is not clear what "${words.join(' ')}" is for.`,
    remedy: 'Give one name, and options as --option=value.',
  });
}
