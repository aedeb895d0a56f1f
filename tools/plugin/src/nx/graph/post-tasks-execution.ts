import type { PostTasksExecutionContext } from '@nx/devkit';
import { exitCodeOf } from './exit-code.ts';
import { hiddenResults } from './hidden-results.ts';
import { takeOutcomes } from './outcomes.ts';
import { outcomesFile } from './pre-tasks-execution.ts';

/** Called by Nx after all tasks of a command. */
export function postTasksExecution(_options: unknown, { taskResults, argv }: PostTasksExecutionContext): void {
  const results = Object.values(taskResults);
  const { isTTY, columns } = process.stdout;
  process.stdout.write(hiddenResults(results, argv, takeOutcomes(outcomesFile), isTTY ? columns : undefined));
  const exitCode = exitCodeOf(results);
  if (exitCode === undefined) return;
  // Nx knows only 0 and 1; it is set when the process ends, which works because plugins run in Nx's own process here
  // (NX_ISOLATE_PLUGINS=false, docs/decisions/0003-exit-codes.md).
  process.once('exit', () => {
    process.exitCode = exitCode;
  });
}
