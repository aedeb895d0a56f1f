import { render } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import './page.css';
import { ExportBar } from './export/export-bar.tsx';
import { linkWithinFile } from './export/links.ts';
import { exported } from './exported.ts';
import { Help } from './help.tsx';
import { openSession } from './live/session.ts';
import { followServer } from './live/stream.ts';
import { followLinks, url } from './navigate.ts';
import { ConnectionBar, PageHead } from './page-head.tsx';
import { handlePageKey } from './page-keys.ts';
import { isPaletteOpen } from './palette/open-palette.ts';
import { Palette } from './palette/palette.tsx';
import { PlanDialog } from './plan-dialog.tsx';
import { PlanHint } from './plan-hint.tsx';
import { viewOf } from './routes.ts';
import { RunDrawer } from './run-drawer.tsx';
import { followRuns } from './runs.ts';
import { isOld, state, takeState } from './store.ts';
import { wantedPlan } from './wanted-plan.ts';

/** The page: what all views have, and the view of the address. */
function Page() {
  const [isHelping, setHelping] = useState(false);
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => handlePageKey(event, () => setHelping(true));
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  const { pathname, searchParams } = url.value;
  const found = viewOf(pathname);
  const workspace = state.value?.workspace;
  useEffect(() => {
    if (workspace !== undefined) document.title = `${workspace}: dashboard`;
  }, [workspace]);
  const plan = wantedPlan.value;
  return (
    <>
      <ExportBar />
      <PageHead showHelp={() => setHelping(true)} />
      <ConnectionBar />
      <main class={isOld.value ? 'is-not-live' : ''}>
        {state.value === undefined && <Waiting />}
        {found ? (
          <found.view params={found.params} query={searchParams} />
        ) : (
          <p class="empty">
            There is no such view. <a href="/">To the grid</a>
          </p>
        )}
      </main>
      {isPaletteOpen.value && <Palette />}
      {isHelping && <Help close={() => setHelping(false)} />}
      {plan && (state.value?.hasActions ? <PlanDialog wanted={plan} /> : <PlanHint plan={plan} />)}
      <RunDrawer />
    </>
  );
}

/** Words after a second: what comes at once needs none. */
function Waiting() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return isLong ? <p class="empty">Asking the server what runs where…</p> : null;
}

if (exported) {
  linkWithinFile();
  takeState(exported.state);
}
document.addEventListener('click', followLinks);
render(<Page />, document.querySelector('#page')!);
if (!exported) {
  followRuns();
  void openSession().then(followServer);
}
