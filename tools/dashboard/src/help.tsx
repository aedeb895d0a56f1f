import { useLayoutEffect, useRef } from 'preact/hooks';
import { mainViews } from './navigation.tsx';
import { hasKeys } from './preferences.ts';

const keys: readonly (readonly [string, string])[] = [
  ['/', 'filter'],
  ['arrows, Home, End, PgUp, PgDn', 'go about in the grid; Ctrl+Home, Ctrl+End to its corners'],
  ['Enter', 'open the service, or what changed at a gap'],
  ['Esc', 'one step back'],
  ['Ctrl+K', 'find a service, commit, build, command or view'],
  ['Ctrl+F', 'filter, where not all rows are on the screen; twice: the browser’s'],
  ['m', 'map of all services'],
  ['n  N', 'next and previous trouble'],
  ['[  ]', 'previous and next service'],
  ['x, Shift+arrow, Ctrl+A', 'select, extend, select all that are shown; Esc clears'],
  ['c', 'changes at this gap'],
  ['t', 'timeline'],
  ['p  b  r', 'plan to promote, to go back, to release: opens a plan, does nothing'],
  ['y', 'copy the command'],
  ['u', 'UTC or local time'],
  ['d', 'density'],
  [`g then ${mainViews.map(({ key }) => key).join(', ')}`, mainViews.map(({ name }) => name).join(', ')],
  ['?', 'these keys'],
];

/** All keys, with the switch that turns single ones off. */
export function Help({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <label>
        <input
          type="checkbox"
          checked={hasKeys.value}
          onChange={({ currentTarget }) => (hasKeys.value = currentTarget.checked)}
        />{' '}
        Single keys do something
      </label>
      <dl>
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
