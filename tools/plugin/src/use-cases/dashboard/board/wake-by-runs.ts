import type { RunEvent } from '../../../model/dashboard/action-run.ts';

/** Has the environments of a run looked into when it begins, and when it has ended. */
export function wakeByRuns(
  runs: { onEvent(listener: (event: RunEvent) => void): () => void },
  wake: (environment: string) => void,
): () => void {
  const begun = new Set<string>();
  return runs.onEvent((event) => {
    if (event.kind !== 'state') return;
    const { id, endedAt, environments } = event.summary;
    if (endedAt === undefined && begun.has(id)) return;
    if (endedAt === undefined) begun.add(id);
    else begun.delete(id);
    for (const environment of environments) wake(environment);
  });
}
