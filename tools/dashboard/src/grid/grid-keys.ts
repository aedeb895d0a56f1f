import { standingOf } from '../../../plugin/src/model/dashboard/attention.ts';
import { hasKeys } from '../preferences.ts';
import { now, state } from '../store.ts';
import { copyText } from '../copy.ts';
import { focus, moveFocus, type GridFocus } from './focus.ts';
import { lines, shownEnvironments } from './lines.ts';
import { commandOf, openCell, openChanges } from './open-cell.ts';
import { planRows } from './plan-rows.ts';
import { endExtending, extendSelection, selectAll, toggleSelected } from './selection.ts';
import { navigate } from '../navigate.ts';

/** Lines that PgUp and PgDn go. */
const page = 20;

function columns(): string[] {
  return ['name', ...shownEnvironments.value.flatMap(({ name }) => [`gap:${name}`, `cell:${name}`])];
}

function services(): string[] {
  return lines.value.flatMap((line) => (line.kind === 'row' ? [line.row.service] : []));
}

/** Keys that go about in the grid, as in any grid (WAI-ARIA), and those that do something with the cell in focus. */
export function handleGridKey(event: KeyboardEvent): void {
  const at = focus.value;
  if (!at || event.altKey || event.metaKey) return;
  const next = movedBy(event, at);
  if (next) {
    event.preventDefault();
    if (event.shiftKey && next.service !== at.service) extendSelection(services(), at.service, next.service);
    else if (next.service !== at.service) endExtending();
    return moveFocus(next);
  }
  if (event.ctrlKey && event.key === 'a') {
    event.preventDefault();
    return selectAll(services());
  }
  const act = event.ctrlKey ? undefined : actions[event.key];
  if (!act || (event.key.length === 1 && !hasKeys.value)) return;
  event.preventDefault();
  event.stopPropagation();
  act(at);
}

function movedBy({ key, ctrlKey }: KeyboardEvent, at: GridFocus): GridFocus | undefined {
  const names = services();
  const all = columns();
  const row = Math.max(0, names.indexOf(at.service));
  const column = Math.max(0, all.indexOf(at.column));
  const to = (rowTo: number, columnTo: number): GridFocus | undefined => {
    const service = names[Math.min(Math.max(rowTo, 0), names.length - 1)];
    return service === undefined
      ? undefined
      : { service, column: all[Math.min(Math.max(columnTo, 0), all.length - 1)]! };
  };
  if (key === 'ArrowDown') return to(row + 1, column);
  if (key === 'ArrowUp') return to(row - 1, column);
  if (key === 'ArrowRight') return to(row, column + 1);
  if (key === 'ArrowLeft') return to(row, column - 1);
  if (key === 'PageDown') return to(row + page, column);
  if (key === 'PageUp') return to(row - page, column);
  if (key === 'Home') return to(ctrlKey ? 0 : row, 0);
  if (key === 'End') return to(ctrlKey ? names.length : row, all.length);
  return undefined;
}

const actions: Readonly<Record<string, (at: GridFocus) => void>> = {
  Enter: openCell,
  c: openChanges,
  t: ({ service }) => navigate(`/s/${encodeURIComponent(service)}`),
  x: ({ service }) => toggleSelected(service),
  y: (at) => copyText(commandOf(at)),
  p: () => planRows('promote'),
  b: () => planRows('rollback'),
  r: () => planRows('release'),
};

/** Goes to the next service that needs somebody, or the one before. */
export function goToTrouble(step: 1 | -1): void {
  const rows = lines.value.flatMap((line) => (line.kind === 'row' ? [line.row] : []));
  const start = rows.findIndex(({ service }) => service === focus.value?.service);
  const heads = state.value?.environments ?? [];
  for (let passed = 1; passed <= rows.length; passed++) {
    const row = rows[(Math.max(start, step === 1 ? -1 : 0) + step * passed + rows.length * 2) % rows.length]!;
    if (standingOf(row, heads, now.value) !== 'needs-you') continue;
    return moveFocus({ service: row.service, column: focus.value?.column ?? 'name' });
  }
}
