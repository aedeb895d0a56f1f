import { interruptionMark } from '../../graph/task-hooks/interruption-mark.ts';
import { isRefusal, refusalMarkOf } from '../../graph/task-hooks/refusal-mark.ts';
import { isInterruption } from '../../../model/errors/interruption.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { RawOptions } from '../options/options.ts';
import { describeBug } from './bug-report.ts';
import type { SharedRun } from './run-context.ts';

/**
 * The result of one task, as Nx takes it. It has no times: with them Nx prints a report on cache hits and the critical
 * path below what ran, which says nothing of tasks that are never cached.
 */
export interface TaskResult {
  readonly success: boolean;
  readonly terminalOutput: string;
}

/** Does the work for one project. Never throws: an error becomes the result. */
export type Task = (project: string, options: RawOptions, shared: SharedRun) => Promise<TaskResult>;

/**
 * Returns the result of an action: its lines, or its error.
 * @param command that it is of; `typed` makes commands in its text such as are typed in this workspace.
 */
export async function taskResult(
  command: { readonly deploys: boolean; typed?(text: string): string },
  action: () => Promise<readonly string[]>,
): Promise<TaskResult> {
  const { typed = (text: string) => text } = command;
  const ended = (success: boolean, lines: readonly string[]): TaskResult => ({
    success,
    terminalOutput: typed(lines.map((line) => `${line}\n`).join('')),
  });
  try {
    const lines = await action();
    return ended(!isRefusal(lines.join('\n')), lines);
  } catch (error) {
    return ended(false, await explain(error, command));
  }
}

/** A stack is for bugs only. */
async function explain(error: unknown, command: { readonly deploys: boolean }): Promise<string[]> {
  if (isInterruption(error)) return [error.explain(), interruptionMark];
  if (error instanceof Refusal) return [error.explain(), refusalMarkOf(command)];
  if (error instanceof ProductError) return [error.explain()];
  return describeBug(error);
}
