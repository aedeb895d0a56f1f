import type { RunLog } from '../output/ci/run-log.ts';
import type { TaskResult } from './task.ts';

/** Returns a result whose text commands nothing to the CI that shows it: it may hold what others wrote, such as log lines. */
export function shown(id: string, result: TaskResult, log: RunLog): TaskResult {
  const { mark } = log.screen.terminal;
  const [headline = '', ...others] = result.terminalOutput.split('\n').map((line) => log.syntax.escapeCommands(line));
  if (!result.success) log.fail(id, result.terminalOutput);
  return { ...result, terminalOutput: [result.success ? headline : mark('bad', headline), ...others].join('\n') };
}
