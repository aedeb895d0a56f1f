import { effect, signal } from '@preact/signals';
import type { ActionRun, RunEvent } from '../../plugin/src/model/dashboard/action-run.ts';
import { applyRunEvent } from '../../plugin/src/model/dashboard/run-progress.ts';
import { onRunEvent } from './live/stream.ts';
import { isLive, state } from './store.ts';

/** The runs of this dashboard's server, newest first; also those that were begun in other tabs, or before a reload. */
export const runs = signal<readonly ActionRun[]>([]);

/** Keeps the runs, of a server that has actions. */
export function followRuns(): void {
  effect(() => {
    if (isLive.value && state.value?.hasActions) void askRuns();
  });
  onRunEvent((data) => {
    const next = applyRunEvent(runs.value, JSON.parse(data) as RunEvent);
    if (next) runs.value = next;
    // Lines between were missed.
    else void askRuns();
  });
}

async function askRuns(): Promise<void> {
  const answer = await fetch('/api/runs').catch(() => undefined);
  if (answer?.ok) runs.value = ((await answer.json()) as { runs: ActionRun[] }).runs;
}
