/**
 * Last line of what a comparison prints that found something. The text is all that Nx hands on from a task to its
 * plugins, so it is by this line that `postTasksExecution` knows.
 */
export const differenceMark = 'There are differences.';

/** Reports whether a comparison found something. */
export function isDifference(terminalOutput: string | undefined): boolean {
  return terminalOutput?.split(/\r?\n/).includes(differenceMark) ?? false;
}
