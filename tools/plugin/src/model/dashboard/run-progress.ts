import type { ActionRun, RunEvent } from './action-run.ts';

/** Lines of a run that are kept; a rollout has some dozens. */
export const linesKept = 2000;
/** Runs that are kept, besides those that go on. */
export const runsKept = 20;

/**
 * Returns the runs after an event, newest first. An event that is known already, as after a reload, changes nothing.
 * @returns undefined where lines between are missing: the runs are to be asked for again.
 */
export function applyRunEvent(runs: readonly ActionRun[], event: RunEvent): readonly ActionRun[] | undefined {
  const known = runs.find(({ id }) => id === event.run);
  if (event.kind === 'state') {
    if (!known) return [{ ...event.summary, lines: [] }, ...runs].filter(withinRunsKept);
    return runs.map((run) => (run === known ? { ...event.summary, lines: run.lines } : run));
  }
  if (!known) return undefined;
  const last = known.lines.at(-1)?.id ?? 0;
  if (event.line.id <= last) return runs;
  if (event.line.id > last + 1) return undefined;
  const lines = [...known.lines, event.line].slice(-linesKept);
  return runs.map((run) => (run === known ? { ...run, lines } : run));
}

/** Reports whether a run still goes on. */
export function goesOn({ state }: Pick<ActionRun, 'state'>): boolean {
  return state === 'running' || state === 'cancelling';
}

function withinRunsKept(run: ActionRun, index: number): boolean {
  return index < runsKept || goesOn(run);
}
