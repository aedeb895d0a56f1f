import { readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
import type { PostTasksExecutionContext } from '@nx/devkit';
import { exitCodeOf, takeExitCode } from './exit-code.ts';
import { hiddenResults } from './hidden-results.ts';
import { takeOutcomes } from './outcomes.ts';
import { exitCodeFile, outcomesFile } from './show-terminal.ts';
import { isOurs } from './requested-command.ts';

/** Called by Nx after all tasks of a command. */
export function postTasksExecution(
  _options: unknown,
  { taskResults, argv, nxJsonConfiguration }: PostTasksExecutionContext,
): void {
  const results = Object.values(taskResults);
  const { targetPrefix } = readPluginOptionsIn(nxJsonConfiguration).options;
  const { isTTY, columns } = process.stdout;
  const outcomes = takeOutcomes(outcomesFile);
  // A missing toolchain is an outcome, too, also of a command that only builds or tests.
  const shown = isOurs(argv, targetPrefix) ? outcomes : [];
  process.stdout.write(hiddenResults(results, argv, shown, { targetPrefix, columns: isTTY ? columns : undefined }));
  const exitCode = takeExitCode(exitCodeFile) ?? exitCodeOf(results);
  // Of a command of others, Nx's own exit codes stay: a failure is theirs.
  if (exitCode === undefined || (exitCode === 1 && !isOurs(argv, targetPrefix))) return;
  // Nx knows only 0, 1 and 130; it is set when the process ends, which works because plugins run in Nx's own process here
  // (NX_ISOLATE_PLUGINS=false, docs/decisions/0003-exit-codes.md).
  process.once('exit', () => {
    process.exitCode = exitCode;
  });
}
