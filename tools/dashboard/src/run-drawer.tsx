import { useState } from 'preact/hooks';
import type { ActionRun } from '../../plugin/src/model/dashboard/action-run.ts';
import { goesOn } from '../../plugin/src/model/dashboard/run-progress.ts';
import { post } from './live/session.ts';
import { runs } from './runs.ts';
import { isLive } from './store.ts';

/** The runs, as a terminal has them, below the page. One that ended stays until it is closed. */
export function RunDrawer() {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const shown = runs.value.filter((run) => goesOn(run) || !closed.has(run.id));
  if (shown.length === 0) return null;
  return (
    <aside class="runs" aria-label="Runs">
      {shown.map((run, index) => (
        <Run key={run.id} run={run} isOpen={index === 0} close={() => setClosed(new Set([...closed, run.id]))} />
      ))}
    </aside>
  );
}

function Run({ run, isOpen, close }: { run: ActionRun; isOpen: boolean; close(): void }) {
  const isGoing = goesOn(run);
  return (
    <details open={isOpen}>
      <summary>
        {run.title}: <strong class={run.state === 'failed' ? 'is-alarm' : ''}>{run.state}</strong>
        {run.services.length > 1 && ` (${countsOf(run)})`}
      </summary>
      {isGoing ? (
        <button
          type="button"
          disabled={run.state === 'cancelling' || !isLive.value}
          onClick={() => void post(`/api/runs/${encodeURIComponent(run.id)}/cancel`, {})}
        >
          Cancel, as Ctrl-C does
        </button>
      ) : (
        <button type="button" onClick={close}>
          Close
        </button>
      )}
      {run.changed && (
        <ul>
          {run.changed.changes.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <ol class="run-lines">
        {run.lines.map(({ id, service, kind, text }) => (
          <li key={id} class={kind === 'error' || kind === 'warning' ? 'is-alarm' : ''}>
            <code>
              {service}: {text}
            </code>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** `1 running, 2 succeeded`. */
function countsOf({ services }: ActionRun): string {
  const states = services.map(({ state }) => state);
  return [...new Set(states)].map((state) => `${states.filter((each) => each === state).length} ${state}`).join(', ');
}
