import { computed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { headlineOf } from '../../plugin/src/model/dashboard/attention.ts';
import { momentOf } from '../../plugin/src/model/dashboard/cell-words.ts';
import { copyText, notice } from './copy.ts';
import { commandOf } from './grid/open-cell.ts';
import { focus } from './grid/focus.ts';
import { gridHref, gridQuery, navigate, timeZone, url } from './navigate.ts';
import { theme, type Theme } from './preferences.ts';
import { connection, now, state } from './store.ts';

const headline = computed(() => (state.value ? headlineOf(state.value, now.value, timeZone.value) : []));

/** Milliseconds between two sentences that screen readers say by themselves. */
const pace = 10_000;

/** The page's first lines: how all is in one sentence, the view's command, and what is chosen for this browser. */
export function PageHead({ showHelp }: { showHelp: () => void }) {
  const command = commandOf(url.value.pathname === '/' ? focus.value : undefined);
  return (
    <header class="page-head">
      <h1>
        <a href="/">{state.value?.workspace ?? 'Dashboard'}</a>
      </h1>
      <p class="headline">
        {headline.value.map(({ text, filter }, index) => (
          <span key={text}>
            {index > 0 && ' · '}
            {filter === undefined ? text : <a href={gridHref({ filter })}>{text}</a>}
          </span>
        ))}
      </p>
      <div class="tools">
        <button
          type="button"
          class="command"
          title="Copy the command that says the same (y)"
          onClick={() => copyText(command)}
        >
          <code>{command}</code>
        </button>
        <button type="button" title="Times in UTC or in local time (u)" onClick={switchZone}>
          {gridQuery.value.zone === 'utc' ? 'UTC' : 'Local'}
        </button>
        <label class="theme">
          <span class="unseen">Theme</span>
          <select value={theme.value} onChange={({ currentTarget }) => (theme.value = currentTarget.value as Theme)}>
            <option>system</option>
            <option>light</option>
            <option>dark</option>
          </select>
        </label>
        <button type="button" onClick={showHelp} title="Keys (?)" aria-label="Keys">
          ?
        </button>
      </div>
      <Spoken />
    </header>
  );
}

/** Switches all times of the page between UTC and this machine's zone. */
export function switchZone(): void {
  const next = new URL(url.value);
  if (gridQuery.value.zone === 'utc') next.searchParams.set('tz', 'local');
  else next.searchParams.delete('tz');
  navigate(next.href);
}

/** The sentence again when it changes, for screen readers, and not each second. */
function Spoken() {
  const text = headline.value.map((part) => part.text).join(', ');
  const [spoken, setSpoken] = useState('');
  const last = useRef(0);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        last.current = Date.now();
        setSpoken(text);
      },
      Math.max(0, last.current + pace - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <p class="unseen" aria-live="polite">
        {spoken}
      </p>
      <p class={notice.value === '' ? 'unseen' : 'notice'} role="status">
        {notice.value}
      </p>
    </>
  );
}

/** Says that the page may be old, over all that it shows. */
export function ConnectionBar() {
  const { value } = connection;
  if (value.kind === 'over') {
    return (
      <section class="bar" aria-label="Connection">
        <p role="alert">
          The server does not know this page any more: open the address that it printed when it started.
        </p>
      </section>
    );
  }
  if (value.kind !== 'lost') return null;
  const seconds = Math.max(0, Math.ceil((value.retryAt - Date.now()) / 1000));
  return (
    <section class="bar" aria-label="Connection">
      <span role="alert">
        Not live since {momentOf(value.since, timeZone.value)}: {value.reason}.
      </span>{' '}
      Trying again in {seconds} s.
    </section>
  );
}
