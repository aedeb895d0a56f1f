import type { ErrorType } from './error-catalog.ts';
import { scrub, scrubLines } from '../secrets/line-scrubber.ts';
import { escapeControlCharacters } from '../text/escape-control-characters.ts';

/** The parts of every error that a user can meet: what was being done, why it stopped, what to do next. */
export interface ErrorFacts {
  /** Stable name for machines (docs/errors.md). */
  readonly type: ErrorType;
  /** The action and its object, as a clause: `release orders`. */
  readonly doing: string;
  /** Why it could not be done, as one or more sentences. */
  readonly reason: string;
  /** The reader's next step, as one or more sentences. */
  readonly remedy: string;
  /** Lines that show it: log lines, events, file positions. */
  readonly evidence?: readonly string[];
  readonly cause?: unknown;
}

/** Begins the line of an error that says what to do, as git and gh write it. */
export const hintMark = '  hint: ';

/** Facts come of what others wrote: logs, answers, messages. They are recorded and told as well as printed. */
function withoutSecrets(facts: ErrorFacts): ErrorFacts {
  const { doing, reason, remedy, evidence } = facts;
  return {
    ...facts,
    doing: scrub(doing),
    reason: scrub(reason),
    remedy: scrub(remedy),
    ...(evidence ? { evidence: scrubLines(evidence) } : {}),
  };
}

/**
 * Base of the errors that are part of the product. Anything thrown that is not one of these is a bug and keeps its
 * stack.
 */
export abstract class ProductError extends Error {
  /** Exit code of a command that ends with this error. */
  abstract readonly exitCode: 1 | 2;
  readonly facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    const scrubbed = withoutSecrets(facts);
    super(`${scrubbed.doing}: ${scrubbed.reason}`, { cause: facts.cause });
    this.facts = scrubbed;
  }

  /** Returns the headline, and below it the hint with the error's type (docs/errors.md), and the evidence. */
  explain(): string {
    const { type, doing, reason, remedy, evidence = [] } = this.facts;
    return [`Could not ${doing}: ${reason}`, `${hintMark}${remedy} [${type}]`, ...evidence.map((line) => `  ${line}`)]
      .map(escapeControlCharacters)
      .join('\n');
  }

  /** The same for machines. */
  toJSON(): Omit<ErrorFacts, 'cause'> & { exitCode: number } {
    const { type, doing, reason, remedy, evidence } = this.facts;
    return { type, doing, reason, remedy, ...(evidence ? { evidence } : {}), exitCode: this.exitCode };
  }
}

/** The request was refused before anything was changed. Exit code 2. */
export class Refusal extends ProductError {
  override readonly name = 'Refusal';
  readonly exitCode = 2;
}

/** Something was tried and did not succeed. Exit code 1. */
export class Failure extends ProductError {
  override readonly name = 'Failure';
  readonly exitCode = 1;
}
