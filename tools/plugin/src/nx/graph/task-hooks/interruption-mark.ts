/**
 * Last line of what an interrupted task prints. The text is all that Nx hands on from a task to its plugins, so it is by this
 * line that `postTasksExecution` tells an interruption from a failure.
 */
export const interruptionMark = 'Interrupted.';

/** Reports whether a task was interrupted. */
export function isInterrupted(terminalOutput: string | undefined): boolean {
  return terminalOutput?.split(/\r?\n/).includes(interruptionMark) ?? false;
}
