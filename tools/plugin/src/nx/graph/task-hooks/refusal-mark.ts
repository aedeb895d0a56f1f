/**
 * Last line of what a refused task prints. The text is all that Nx hands on from a task to its plugins, so it is by this
 * line that `postTasksExecution` tells a refusal from a failure.
 */
const marks = { deploys: 'Refused: nothing was deployed.', reads: 'Refused.' } as const;

/** Returns the mark of a command: one that could have deployed says that it did not. */
export function refusalMarkOf({ deploys }: { readonly deploys: boolean }): string {
  return deploys ? marks.deploys : marks.reads;
}

/** Reports whether a task was refused. */
export function isRefusal(terminalOutput: string | undefined): boolean {
  const lines = terminalOutput?.split(/\r?\n/) ?? [];
  return Object.values(marks).some((mark) => lines.includes(mark));
}
