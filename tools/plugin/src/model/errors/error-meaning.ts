import { errorCatalog, type ErrorType } from './error-catalog.ts';
import type { ErrorEntry } from './error-entry.ts';

/** Returns what a type of error means in general: nothing of the case, so that anybody may read it. */
export function meaningOf(type: ErrorType): string {
  const entries: Readonly<Record<string, ErrorEntry>> = Object.assign({}, ...Object.values(errorCatalog));
  return entries[type]!.meaning;
}
