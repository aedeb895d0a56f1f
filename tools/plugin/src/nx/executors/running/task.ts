import { refusalMark } from '../../graph/refusal-mark.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { RawOptions } from '../options/options.ts';
import type { SharedRun } from './run-context.ts';

/** What Nx is told of one task. */
export interface TaskResult {
  readonly success: boolean;
  readonly terminalOutput: string;
  readonly startTime: number;
  readonly endTime: number;
}

/** What is done for one project. Never throws: what went wrong is the result. */
export type Task = (project: string, options: RawOptions, shared: SharedRun) => Promise<TaskResult>;

/** Makes a result of an action's lines, or of its error. */
export async function taskResult(action: () => Promise<readonly string[]>): Promise<TaskResult> {
  const startTime = Date.now();
  const ended = (success: boolean, lines: readonly string[]): TaskResult => ({
    success,
    terminalOutput: lines.map((line) => `${line}\n`).join(''),
    startTime,
    endTime: Date.now(),
  });
  try {
    return ended(true, await action());
  } catch (error) {
    return ended(false, explain(error));
  }
}

/** A stack is for bugs only. */
function explain(error: unknown): string[] {
  if (error instanceof ProductError) return [error.explain(), ...(error instanceof Refusal ? [refusalMark] : [])];
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return ['This is a bug in @poc/plugin; please report it with these lines.', stack];
}
