import { placedPath } from '../../../plugin/src/model/dashboard/map/placed-path.ts';
import type { CellState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { shapes } from '../grid/shapes.tsx';

/** The shapes of one state, all of them together: what is filled, what is drawn as lines, and lines over what is filled. */
export interface DrawnState {
  readonly state: CellState;
  readonly count: number;
  readonly fill: string;
  readonly line: string;
  readonly inner: string;
}

const scale = 12 / 16;
const parts = ['fill', 'line', 'inner'] as const;
/** A shape is the same each time that it is drawn at a place; the board changes many times a second. */
const known = new Map<string, Record<(typeof parts)[number], string>>();

function shapePaths(state: CellState, x: number, y: number) {
  const key = `${state} ${x} ${y}`;
  const found = known.get(key);
  if (found) return found;
  const shape = shapes[state];
  const placed = (path: string | undefined) => (path === undefined ? '' : placedPath(path, { x, y, scale }));
  const paths = { fill: placed(shape.fill), line: placed(shape.line), inner: placed(shape.inner) };
  // Windows of other widths leave places behind that nobody needs any more.
  if (known.size > 50_000) known.clear();
  known.set(key, paths);
  return paths;
}

/** Returns the shapes of all places as a few paths for each state. */
export function drawnStates(
  placed: readonly { readonly state: CellState; readonly x: number; readonly y: number }[],
): DrawnState[] {
  const found = new Map<CellState, { count: number; fill: string[]; line: string[]; inner: string[] }>();
  for (const { state, x, y } of placed) {
    const all = found.get(state) ?? { count: 0, fill: [], line: [], inner: [] };
    found.set(state, all);
    all.count++;
    const paths = shapePaths(state, x, y);
    for (const part of parts) if (paths[part] !== '') all[part].push(paths[part]);
  }
  return [...found].map(([state, { count, ...paths }]) => {
    return { state, count, fill: paths.fill.join(''), line: paths.line.join(''), inner: paths.inner.join('') };
  });
}
