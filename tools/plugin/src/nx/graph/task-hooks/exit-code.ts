import type { TaskResult } from '@nx/devkit';
import { readFileSync, rmSync } from 'node:fs';
import { isDifference } from './difference-mark.ts';
import { isInterrupted } from './interruption-mark.ts';
import { isRefusal } from './refusal-mark.ts';

/**
 * Returns the exit code of a command of this plugin: 130 when it was interrupted, 2 when all that failed was refused, 1 when
 * anything else failed, 3 when nothing failed and a comparison found differences. Nx ends with 130, as after Ctrl-C, when a task was left out
 * because one that it depends on failed.
 * @returns undefined where Nx's own exit code is right: nothing failed, or the command was interrupted.
 */
export function exitCodeOf(results: readonly TaskResult[]): 1 | 2 | 3 | 130 | undefined {
  if (results.some(({ status }) => status === 'stopped')) return undefined;
  if (results.some(({ terminalOutput }) => isInterrupted(terminalOutput))) return 130;
  const failed = results.filter(({ status }) => status === 'failure');
  if (failed.length > 0) return failed.every(({ terminalOutput }) => isRefusal(terminalOutput)) ? 2 : 1;
  return results.some(({ terminalOutput }) => isDifference(terminalOutput)) ? 3 : undefined;
}

/**
 * Reads, and removes, the exit code that a task left which should have run until it was stopped: Nx takes it for a success
 * when such a task ends by itself.
 * @returns undefined where none did.
 */
export function takeExitCode(file: string | undefined): number | undefined {
  if (file === undefined) return undefined;
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  } finally {
    rmSync(file, { force: true });
  }
}
