import { Refusal } from '../errors/product-error.ts';
import type { Language } from './toolchain.ts';
import { toolNames } from './toolchain.ts';

/** Returns the refusal of a file that should say a version, and cannot be understood. @param remedy how it should be. */
export function badVersionFile(language: Language, file: string, reason: string, remedy: string): Refusal {
  return new Refusal({
    type: 'bad-version-file',
    doing: `read the version of ${toolNames[language]} in ${file}`,
    reason,
    remedy,
  });
}
