import { computed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { headlineOf } from '../../plugin/src/model/dashboard/attention.ts';
import { plainText } from '../../plugin/src/model/dashboard/timed-words.ts';
import { copyText, notice } from './copy.ts';
import { gridHref, gridQuery, lastGrid, switchZone, timeZone } from './navigate.ts';
import { Navigation } from './navigation.tsx';
import { openPalette } from './palette/open-palette.ts';
import { theme, type Theme } from './preferences.ts';
import { connection, now, state } from './store.ts';
import { Time, Words } from './time.tsx';
import { shownCommand } from './view-command.ts';

const headline = computed(() => (state.value ? headlineOf(state.value, now.value) : []));

/** Milliseconds between two sentences that screen readers say by themselves. */
const pace = 10_000;

/** The page's first lines: how all is in one sentence, the view's command, and what is chosen for this browser. */
export function PageHead({ showHelp }: { showHelp: () => void }) {
  const command = shownCommand.value;
  return (
    <header class="page-head">
      <h1>
        <a href={lastGrid()}>{state.value?.workspace ?? 'Dashboard'}</a>
      </h1>
      <Navigation />
      <Headline />
      <div class="tools">
        <button
          type="button"
          class="command"
          title="Copy the command that says the same (y)"
          onClick={() => copyText(command)}
        >
          <code>{command}</code>
        </button>
        <button type="button" onClick={openPalette} title="Services, commits, builds, commands and views (Ctrl+K)">
          Find
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

/** How all is, in one sentence; each number leads to what it counts. */
function Headline() {
  return (
    <p class="headline">
      {headline.value.map(({ words, filter }, index) => (
        <span key={index}>
          {index > 0 && ' · '}
          {filter === undefined ? <Words of={words} /> : <a href={gridHref({ filter })}>{words}</a>}
        </span>
      ))}
    </p>
  );
}

/** The sentence again when it changes, for screen readers, and not each second. */
function Spoken() {
  const timing = { now: now.value, timeZone: timeZone.value };
  const text = headline.value.map(({ words }) => plainText(words, timing)).join(', ');
  const [spoken, setSpoken] = useState('');
  const last = useRef(0);
  useEffect(() => {
    // Before the server's answer there is nothing to say, and so nothing to pause after.
    if (text === '') return;
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
        Not live since <Time iso={value.since} />: {value.reason}.
      </span>{' '}
      Trying again in {seconds} s.
    </section>
  );
}
