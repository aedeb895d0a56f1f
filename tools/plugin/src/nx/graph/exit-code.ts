import type { TaskResult } from '@nx/devkit';
import { differenceMark } from './difference-mark.ts';
import { refusalMark } from './refusal-mark.ts';

/**
 * @returns 2 when all that failed was refused, 3 when nothing failed and a comparison found differences; undefined where
 * Nx's own exit code is right.
 */
export function exitCodeOf(results: readonly TaskResult[]): 2 | 3 | undefined {
  const says =
    (mark: string) =>
    ({ terminalOutput }: TaskResult) =>
      terminalOutput?.includes(mark) ?? false;
  const failed = results.filter(({ status }) => status === 'failure');
  if (failed.length > 0) return failed.every(says(refusalMark)) ? 2 : undefined;
  return results.some(says(differenceMark)) ? 3 : undefined;
}
