import type { CellState, DashboardCell } from '../../../plugin/src/model/dashboard/dashboard-state.ts';

/** How a shape is coloured. */
export type Role = 'healthy' | 'busy' | 'attention' | 'broken' | 'quiet';

const square = 'M2 2H14V14H2Z';
const cross = 'M5 5L11 11M11 5L5 11';

/** Filled outlines, and lines drawn over them in the colour of the surface, on 16 by 16. */
export const shapes: Readonly<
  Record<CellState, { role: Role; fill?: string; line?: string; inner?: string; dashed?: boolean }>
> = {
  healthy: { role: 'healthy', fill: 'M8 4A4 4 0 1 0 8 12A4 4 0 1 0 8 4Z' },
  'rolling-out': { role: 'busy', fill: 'M8 2A6 6 0 0 0 8 14Z', line: 'M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2' },
  degraded: { role: 'attention', fill: 'M8 1.5L15 14H1Z' },
  stuck: { role: 'broken', fill: 'M8 0.5L15.5 8L8 15.5L0.5 8Z' },
  down: { role: 'broken', fill: square, inner: cross },
  gone: { role: 'broken', line: `${square}${cross}`, dashed: true },
  failing: { role: 'broken', fill: 'M1 2H15L8 14.5Z' },
  stopped: { role: 'quiet', line: 'M8 3A5 5 0 1 0 8 13A5 5 0 1 0 8 3Z' },
  suspended: { role: 'quiet', fill: 'M3 3H6.5V13H3ZM9.5 3H13V13H9.5Z' },
  done: { role: 'healthy', line: 'M2.5 8.5L6.5 12.5L13.5 4' },
  asking: { role: 'quiet', fill: 'M1 7H4V10H1ZM6.5 7H9.5V10H6.5ZM12 7H15V10H12Z' },
  absent: { role: 'quiet', line: 'M5 8H11' },
  unknown: { role: 'attention', line: 'M5 6A3 3 0 1 1 8.5 8.8L8 10.5M8 12.5V14' },
  unreachable: { role: 'quiet', line: `M1 1H15V15H1Z M1 9L9 1M1 15L15 1M7 15L15 7` },
};

/** Returns the shape of a cell: each state has its own, so that nobody needs to see colours. */
export function shapeOf(cell: DashboardCell | undefined): CellState {
  return cell?.state ?? 'absent';
}

/** A state as a shape; what it says stands in words beside it or in the cell's label. */
export function ShapeIcon({ shape }: { shape: CellState }) {
  const { role, fill, line, inner, dashed } = shapes[shape];
  return (
    <svg class={`shape shape-${shape} is-${role}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {fill && <path d={fill} fill="currentColor" />}
      {line && (
        <path
          d={line}
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-dasharray={dashed ? '3 2' : undefined}
        />
      )}
      {inner && <path class="shape-inner" d={inner} fill="none" stroke-width="2.5" />}
    </svg>
  );
}

const marks = {
  lock: 'M4 7V5A4 4 0 0 1 12 5V7H13V14H3V7ZM6 7H10V5A2 2 0 0 0 6 5Z',
  soak: 'M3 1H13V3L9.5 8L13 13V15H3V13L6.5 8L3 3Z',
  // A person: a hand is a disc at this size.
  approval: 'M8 0.5A3.2 3.2 0 1 0 8 6.9A3.2 3.2 0 1 0 8 0.5ZM1 15.5C1 10.5 4 8.5 8 8.5S15 10.5 15 15.5Z',
  lost: 'M3 1L8 6L13 1L15 3L10 8L15 13L13 15L8 10L3 15L1 13L6 8L1 3Z',
};

/** A small sign beside a number or a name; the label of what it stands in says it in words. */
export function Mark({ of }: { of: keyof typeof marks }) {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="11" height="11" aria-hidden="true">
      <path d={marks[of]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
