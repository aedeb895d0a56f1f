/**
 * Last line of what a refused task prints. The text is all that Nx hands on from a task to its plugins, so it is by this
 * line that `postTasksExecution` tells a refusal from a failure.
 */
const marks = { deploys: 'Refused: nothing was deployed.', reads: 'Refused.' } as const;

/** Returns the mark of a command: one that could have deployed says that it did not. */
export function refusalMarkOf({ deploys }: { readonly deploys: boolean }): string {
  return deploys ? marks.deploys : marks.reads;
}

const findings = /^\d+ of \d+ checks found something wrong\.$/;

/** Returns the last line of an examination that found something wrong: it refused nothing, and has the exit code of a refusal. */
export function findingsMarkOf({ wrong, of }: { readonly wrong: number; readonly of: number }): string {
  return `${wrong} of ${of} checks found something wrong.`;
}

/** Reports whether a task was refused, or an examination found something wrong. */
export function isRefusal(terminalOutput: string | undefined): boolean {
  const lines = terminalOutput?.split(/\r?\n/) ?? [];
  return Object.values(marks).some((mark) => lines.includes(mark)) || lines.some((line) => findings.test(line));
}
