import { catchProductError } from '../../model/errors/result.ts';

/** Why an environment cannot be read, and what helps. */
export interface Unreachable {
  readonly reason: string;
  readonly remedy: string;
}

/** An environment that cannot be read, among others that can. */
export interface UnreachableEnvironment extends Unreachable {
  readonly environment: string;
  readonly state: 'unreachable';
}

/** Returns the action's result, or why it could not be had, so that one environment does not hide the others. */
export function orUnreachable<T>(action: () => Promise<T>): Promise<T | Unreachable> {
  return catchProductError(action, (reason, remedy) => ({ reason, remedy }));
}
