import { basename } from 'node:path';
import { ProductError } from '../../model/errors/product-error.ts';

/**
 * Runs a generator as a command: a refusal becomes one paragraph and the exit code that it names. Thrown on, it would be
 * printed with advice about stack traces, and end with 1. Whatever else runs generators (an editor, a test, another
 * generator's program) gets the error: its process is not ours to end.
 */
export async function endWithRefusal<Result>(generate: () => Promise<Result>): Promise<Result> {
  try {
    return await generate();
  } catch (error) {
    if (!(error instanceof ProductError) || !isNxCommand(process.argv[1])) throw error;
    process.stderr.write(`\n${error.explain()}\n`);
    process.exit(error.exitCode);
  }
}

/** Reports whether a program is the command line of Nx. @param program that this process was started with. */
export function isNxCommand(program: string | undefined): boolean {
  return /^nx(\.[cm]?js)?$/.test(basename((program ?? '').replaceAll('\\', '/')));
}
