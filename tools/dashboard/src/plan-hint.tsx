import { useLayoutEffect, useRef } from 'preact/hooks';
import { copyText } from './copy.ts';
import { commandsOf, wantedPlan, type WantedPlan } from './wanted-plan.ts';

/** What is shown for a plan where the page may do nothing: the commands that do it in a terminal. */
export function PlanHint({ plan }: { plan: WantedPlan }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const commands = commandsOf(plan);
  return (
    <dialog ref={dialog} onClose={() => (wantedPlan.value = undefined)} aria-labelledby="hint-title">
      <h2 id="hint-title">This page only shows</h2>
      <p>
        In a terminal, with <code>--dry-run</code> to see the plan first:
      </p>
      <pre>{commands.join('\n')}</pre>
      <p>
        To act from here, start the dashboard with <code>--actions</code>.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>{' '}
      <button type="button" onClick={() => copyText(commands.join('\n'))}>
        Copy
      </button>
    </dialog>
  );
}
