/**
 * Waits until all actions have ended, also when one of them fails: what follows is not overtaken by one of them.
 * @throws the first error, in the order of the actions.
 */
export async function allEnded(actions: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(actions)) if (result.status === 'rejected') throw result.reason;
}
