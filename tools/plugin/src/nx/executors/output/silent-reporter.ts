import type { Reporter } from '../../../ports/reporter.ts';

/** Says nothing: where the output is one line for machines. */
export const silentReporter: Reporter = { step: () => {}, detail: () => {}, warn: () => {} };
