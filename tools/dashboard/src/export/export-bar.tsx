import { useEffect, useState } from 'preact/hooks';
import { ageOf } from '../../../plugin/src/model/dashboard/timed-words.ts';
import { exported } from '../exported.ts';
import { Time } from '../time.tsx';
import './export.css';

/** Milliseconds after which an export is called old. */
const old = 24 * 3600_000;

/** Says of an exported page as of when it is, by whom, from which commit, and what it leaves out. */
export function ExportBar() {
  if (!exported) return null;
  const { state, by, commit, leftOut } = exported;
  return (
    <section class="export-bar" aria-label="Export">
      <p>
        as of <Time iso={state.now} />, by {by}, from <code>{commit.slice(0, 7)}</code>
      </p>
      <Age iso={state.now} />
      <details>
        <summary>What is left out</summary>
        <ul>
          {leftOut.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}

/** After a day a warning: by then something else may run. By the clock of who reads it. */
function Age({ iso }: { readonly iso: string }) {
  const [now, setNow] = useState(new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  if (now.getTime() - Date.parse(iso) < old) return null;
  return (
    <p class="export-old">
      <strong>This is {ageOf(iso, now)} old.</strong> Something else may run by now:{' '}
      <code>nx run infrastructure:status</code> shows it.
    </p>
  );
}
