import type { TaskResult } from '@nx/devkit';
import { refusalMark } from './refusal-mark.ts';

/** @returns 2 when all that failed was refused; undefined where Nx's own exit code is right. */
export function exitCodeOf(results: readonly TaskResult[]): 2 | undefined {
  const failed = results.filter(({ status }) => status === 'failure');
  return failed.length > 0 && failed.every(({ terminalOutput }) => terminalOutput?.includes(refusalMark))
    ? 2
    : undefined;
}
