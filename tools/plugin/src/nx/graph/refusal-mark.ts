/**
 * Last line of what a refused task prints. The text is all that Nx hands on from a task to its plugins, so it is by this
 * line that `postTasksExecution` tells a refusal from a failure.
 */
export const refusalMark = 'Refused: nothing was changed.';
