import { ProductError } from './product-error.ts';

/**
 * Returns the action's result, or maps a `ProductError` to a value, so that one failure does not hide the results of
 * others. Other errors are bugs, and are rethrown.
 * @param tell given the reason and the remedy, as sentences.
 */
export async function catchProductError<T, U>(
  action: () => Promise<T>,
  tell: (reason: string, remedy: string) => U,
): Promise<T | U> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return tell(error.facts.reason, error.facts.remedy);
  }
}

/** Returns the action's result, or the reason of its `ProductError` as `unknown`. */
export function orUnknown<T>(action: () => Promise<T>): Promise<T | { readonly unknown: string }> {
  return catchProductError(action, (unknown) => ({ unknown }));
}
