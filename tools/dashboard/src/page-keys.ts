import { focus, moveFocus } from './grid/focus.ts';
import { goToTrouble } from './grid/grid-keys.ts';
import { isCompact, lines } from './grid/lines.ts';
import { commandOf } from './grid/open-cell.ts';
import { clearSelection } from './grid/selection.ts';
import { copyText } from './copy.ts';
import { gridQuery, navigate, showGrid, url } from './navigate.ts';
import { switchZone } from './page-head.tsx';
import { hasKeys } from './preferences.ts';

const views: Readonly<Record<string, string>> = { g: '/graph', a: '/activity', d: '/delivery', u: '/audit' };
let hasGo = false;

/** Keys of the whole page. Nothing that changes anything is confirmed by one of them. */
export function handlePageKey(event: KeyboardEvent, showHelp: () => void): void {
  const { key, target } = event;
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  const isTyping = target instanceof HTMLElement && target.matches('input, textarea, select');
  if (key === 'Escape') return goBack(isTyping);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !hasKeys.value) return;
  const view = hasGo ? views[key] : undefined;
  hasGo = key === 'g' && !hasGo;
  const act = view === undefined ? keys[key] : () => navigate(view);
  if (key === '?') showHelp();
  else if (act) act();
  else return;
  event.preventDefault();
}

const keys: Readonly<Record<string, () => void>> = {
  '/': () => document.querySelector<HTMLInputElement>('#filter')?.focus(),
  n: () => goToTrouble(1),
  N: () => goToTrouble(-1),
  '[': () => neighbour(-1),
  ']': () => neighbour(1),
  u: switchZone,
  d: () => showGrid({ rows: isCompact.value ? 'roomy' : 'compact' }),
  y: () => copyText(commandOf(focus.value)),
};

/** One step back: out of the field, then without what is selected, then without the filter; from another view to the grid. */
function goBack(isTyping: boolean): void {
  if (url.value.pathname !== '/') return navigate('/');
  if (!isTyping && clearSelection()) return;
  if (gridQuery.value.filter !== '') showGrid({ filter: '' });
  else if (isTyping) (document.activeElement as HTMLElement | null)?.blur();
}

/** Goes to the service before or after, within the filter: in the grid its row, elsewhere its page. */
function neighbour(step: 1 | -1): void {
  const names = lines.value.flatMap((line) => (line.kind === 'row' ? [line.row.service] : []));
  const [, shown] = /^\/s\/([^/]+)/.exec(url.value.pathname) ?? [];
  const at = names.indexOf(shown === undefined ? (focus.value?.service ?? '') : decodeURIComponent(shown));
  const service = names[at + step];
  if (service === undefined) return;
  if (shown === undefined) moveFocus({ service, column: focus.value?.column ?? 'name' });
  else navigate(url.value.pathname.replace(/^\/s\/[^/]+/, `/s/${encodeURIComponent(service)}`));
}
