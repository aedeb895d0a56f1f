import { ProductError } from '../../model/errors/product-error.ts';

/**
 * Runs a generator as a command: a refusal becomes one paragraph and the exit code that it names. Thrown on, it would be
 * printed with advice about stack traces, and end with 1.
 */
export async function endWithRefusal<Result>(generate: () => Promise<Result>): Promise<Result> {
  try {
    return await generate();
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    process.stderr.write(`\n${error.explain()}\n`);
    process.exit(error.exitCode);
  }
}
