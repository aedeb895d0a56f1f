import type { AzureProblem } from './api-management-failures.ts';
import { problemOf } from './azure-requests.ts';

/** Returns all of a list, whatever its pages. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of pages) found.push(each);
  return found;
}

/** Returns what is asked for, or undefined when the instance does not have it. */
export async function orNothing<T>(question: Promise<T>): Promise<T | undefined> {
  return question.catch((thrown: unknown) => {
    const problem = problemOf(thrown, '');
    if (problem?.status === 404 && !isOfInstance(problem)) return undefined;
    throw thrown;
  });
}

/** Reports whether it is the instance itself that is not there, or where it was to be. */
function isOfInstance({ code, message }: AzureProblem): boolean {
  return ['SubscriptionNotFound', 'ResourceGroupNotFound'].includes(code) || message.includes('under resource group');
}
