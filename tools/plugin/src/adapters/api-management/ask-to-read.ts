import { notRead } from './api-management-failures.ts';
import { AzureTrouble } from './azure-door.ts';

/** Asks a door something that changes nothing. @throws {Refusal} naming what was to be read, when it cannot be. */
export async function askToRead<T>(doing: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof AzureTrouble)) throw thrown;
    throw notRead(thrown.problem, { doing, cause: thrown.cause });
  }
}
