import { copied, copyText } from './copy.ts';
import { decodePart } from './decode-part.ts';
import { focus, moveFocus } from './grid/focus.ts';
import { goToTrouble } from './grid/grid-keys.ts';
import { isCompact, lines } from './grid/lines.ts';
import { clearSelection } from './grid/selection.ts';
import { gridQuery, lastGrid, navigate, showGrid, switchZone, url } from './navigate.ts';
import { addressOf, mainViews } from './navigation.tsx';
import { openPalette } from './palette/open-palette.ts';
import { hasKeys } from './preferences.ts';
import { findInPage } from './find-in-page.ts';
import { shownCommand } from './view-command.ts';

let hasGo = false;

/** Keys of the whole page. Nothing that changes anything is confirmed by one of them. */
export function handlePageKey(event: KeyboardEvent, showHelp: () => void): void {
  const { key, target } = event;
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey && withControl[key]?.(event)) return;
  const isTyping = target instanceof HTMLElement && target.matches('input, textarea, select');
  if (key === 'Escape') return goBack(isTyping);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !hasKeys.value) return;
  const view = hasGo ? mainViews.find((each) => each.key === key) : undefined;
  hasGo = key === 'g' && !hasGo;
  const act = view === undefined ? keys[key] : () => navigate(addressOf(view.path));
  if (key === '?') showHelp();
  else if (act) act();
  else return;
  event.preventDefault();
}

/** Keys with Ctrl, or the command key of a Mac: they hold while somebody types, too. @returns whether it was for the page. */
const withControl: Readonly<Record<string, (event: KeyboardEvent) => boolean>> = {
  k: (event) => {
    event.preventDefault();
    openPalette();
    return true;
  },
  f: findInPage,
};

const keys: Readonly<Record<string, () => void>> = {
  '/': () => document.querySelector<HTMLInputElement>('#filter, [type=search]')?.focus(),
  n: () => goToTrouble(1),
  N: () => goToTrouble(-1),
  '[': () => neighbour(-1),
  ']': () => neighbour(1),
  u: switchZone,
  d: () => showGrid({ rows: isCompact.value ? 'roomy' : 'compact' }),
  m: () => showGrid({ view: url.value.pathname === '/' && gridQuery.value.view === 'map' ? undefined : 'map' }),
  y: () => (copied.value ? copyText(copied.value.text, copied.value.name) : copyText(shownCommand.value)),
};

/**
 * One step back: without what is selected, then without the filter, out of the map, out of the field; from another view to the
 * grid as it was.
 */
function goBack(isTyping: boolean): void {
  if (url.value.pathname !== '/') return navigate(lastGrid());
  if (!isTyping && clearSelection()) return;
  if (gridQuery.value.filter !== '') showGrid({ filter: '' });
  else if (gridQuery.value.view === 'map') showGrid({ view: undefined });
  else if (isTyping) (document.activeElement as HTMLElement | null)?.blur();
}

/** Goes to the service before or after, within the filter: in the grid its row, elsewhere its page. */
function neighbour(step: 1 | -1): void {
  const names = lines.value.flatMap((line) => (line.kind === 'row' ? [line.row.service] : []));
  const [, shown] = /^\/s\/([^/]+)/.exec(url.value.pathname) ?? [];
  const at = names.indexOf(shown === undefined ? (focus.value?.service ?? '') : decodePart(shown));
  const service = names[at + step];
  if (service === undefined) return;
  if (shown === undefined) moveFocus({ service, column: focus.value?.column ?? 'name' });
  else navigate(url.value.pathname.replace(/^\/s\/[^/]+/, `/s/${encodeURIComponent(service)}`));
}
