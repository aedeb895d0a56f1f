import type { DashboardRow } from '../dashboard-state.ts';
import { linesOf } from '../row-order.ts';

/** Pixels of a shape, of the room between two services, and of the name of a group before its first line. */
export const mapSizes = { shape: 12, between: 6, line: 14, label: 150, betweenGroups: 4 } as const;

/** A service on the map: its shapes stand from left to right in the order of the environments. */
export interface MapPlace {
  readonly service: string;
  readonly x: number;
  readonly y: number;
}

/** A group of the map, with its name at the left. */
export interface MapGroup {
  readonly name: string;
  readonly y: number;
  readonly count: number;
}

export interface MapLayout {
  readonly places: readonly MapPlace[];
  readonly groups: readonly MapGroup[];
  /** Services in a full line. */
  readonly perLine: number;
  /** Pixels from the left to the first service: less where names stand in lines of their own. */
  readonly left: number;
  readonly height: number;
}

/** The services and the room that a map is laid out from. */
export interface MapWish {
  readonly rows: readonly DashboardRow[];
  /** Of `groupings`. */
  readonly grouping: string;
  /** How many environments are shown. */
  readonly environments: number;
  /** Pixels. */
  readonly width: number;
}

/** Pixels of a window in which names stand over their groups, because beside them there is no room. */
const narrow = 640;

/** Lays services out in lines, group by group, so that their places change with the rows and the width alone. */
export function mapLayout({ rows, grouping, environments, width }: MapWish): MapLayout {
  const isNarrow = width < narrow;
  const left = isNarrow ? 0 : mapSizes.label;
  const unit = unitWidth(environments);
  const perLine = Math.max(1, Math.floor((width - left) / unit));
  const places: MapPlace[] = [];
  const groups: MapGroup[] = [];
  let y = 0;
  let inGroup = 0;
  const closeGroup = () => {
    if (inGroup > 0) y += Math.ceil(inGroup / perLine) * mapSizes.line + mapSizes.betweenGroups;
    inGroup = 0;
  };
  for (const line of linesOf(rows, grouping)) {
    if (line.kind === 'group') {
      closeGroup();
      groups.push({ name: line.name, y, count: line.count });
      if (isNarrow) y += mapSizes.line;
      continue;
    }
    const x = left + (inGroup % perLine) * unit;
    places.push({ service: line.row.service, x, y: y + Math.floor(inGroup / perLine) * mapSizes.line });
    inGroup++;
  }
  closeGroup();
  return { places, groups, perLine, left, height: y };
}

function unitWidth(environments: number): number {
  return environments * mapSizes.shape + mapSizes.between;
}

/** Returns which shape is at a point: its service's place and the number of its environment; undefined where none is. */
export function shapeAt(
  { places }: MapLayout,
  environments: number,
  point: { readonly x: number; readonly y: number },
): { readonly index: number; readonly environment: number } | undefined {
  const index = places.findIndex(({ x, y }) => {
    const isBeside = point.x >= x && point.x < x + environments * mapSizes.shape;
    return isBeside && point.y >= y && point.y < y + mapSizes.line;
  });
  if (index < 0) return undefined;
  return { index, environment: Math.floor((point.x - places[index]!.x) / mapSizes.shape) };
}

/** Returns the place that a key leads to from another: one line up or down is the nearest service there. */
export function mapNeighbour({ places }: MapLayout, index: number, direction: 'up' | 'down'): number {
  const from = places[index];
  if (!from) return index;
  const isBeyond = ({ y }: MapPlace) => (direction === 'down' ? y > from.y : y < from.y);
  const beyond = places.filter(isBeyond);
  if (beyond.length === 0) return index;
  const line = direction === 'down' ? Math.min(...beyond.map(({ y }) => y)) : Math.max(...beyond.map(({ y }) => y));
  const inLine = beyond.filter(({ y }) => y === line);
  const nearest = inLine.reduce((best, each) => (Math.abs(each.x - from.x) < Math.abs(best.x - from.x) ? each : best));
  return places.indexOf(nearest);
}
