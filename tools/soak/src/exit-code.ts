import type { TaskResult } from '../../plugin/src/nx/executors/running/task.ts';
import { isRefusal } from '../../plugin/src/nx/graph/task-hooks/refusal-mark.ts';

/** Returns Nx's exit code when this was its only task. */
export function exitCodeOf({ success, terminalOutput }: Pick<TaskResult, 'success' | 'terminalOutput'>): 0 | 1 | 2 {
  if (success) return 0;
  return isRefusal(terminalOutput) ? 2 : 1;
}
