import { Failure, ProductError } from './product-error.ts';

/** Returns the reason of an abort signal: a command that was asked to stop. @param by its signal: `SIGINT`. */
export function interruption(by: string): Failure {
  return new Failure({
    type: 'interrupted',
    doing: 'finish the command',
    reason: `It was interrupted (${by}).`,
    remedy: 'Run the same command again; it continues from what is there.',
  });
}

/** Reports whether an error says that the command was asked to stop. */
export function isInterruption(error: unknown): error is ProductError {
  return error instanceof ProductError && error.facts.type === 'interrupted';
}

/** Returns an interruption as that of an action. @param done sentences that say how far it came. */
export function interruptedWhile(doing: string, error: ProductError, done: readonly string[] = []): Failure {
  const { facts } = error;
  return new Failure({ ...facts, doing, reason: [facts.reason, ...done].join(' '), cause: error });
}
