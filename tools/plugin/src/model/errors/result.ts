import { ProductError } from './product-error.ts';

/**
 * What an action comes to, or what its product error is told as: where one thing that cannot be asked shall not keep the
 * others from being told.
 * @param tell given the reason and the remedy, as sentences. @throws what is no product error: a bug.
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

/** The same, told as `unknown`. */
export function orUnknown<T>(action: () => Promise<T>): Promise<T | { readonly unknown: string }> {
  return catchProductError(action, (unknown) => ({ unknown }));
}
