import { errorCatalog, type ErrorType } from './error-catalog.ts';
import { textFor, type ErrorEntry, type ErrorPlaces } from './error-entry.ts';

/** Returns what a type of error means in general: nothing of the case, so that anybody may read it. */
export function meaningOf(type: ErrorType, places: ErrorPlaces): string {
  const entries: Readonly<Record<string, ErrorEntry>> = Object.assign({}, ...Object.values(errorCatalog));
  return textFor(places, entries[type]!.meaning);
}
