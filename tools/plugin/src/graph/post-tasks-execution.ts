import type { PostTasksExecutionContext } from '@nx/devkit';
import { refusalMark } from './refusal-mark.ts';

/**
 * Makes a command whose tasks were refused exit with 2. Nx knows only 0 and 1; the code is set when the process ends,
 * which works because plugins run in Nx's own process here (`NX_ISOLATE_PLUGINS=false`, docs/decisions/0003-exit-codes.md).
 */
export function postTasksExecution(_options: unknown, { taskResults }: PostTasksExecutionContext): void {
  const failed = Object.values(taskResults).filter(({ status }) => status === 'failure');
  if (failed.length === 0 || !failed.every(({ terminalOutput }) => terminalOutput?.includes(refusalMark))) return;
  process.once('exit', () => {
    process.exitCode = 2;
  });
}
