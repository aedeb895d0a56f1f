import { concernOf, concerns } from './cell-condition.ts';
import type { DashboardRow } from './dashboard-state.ts';
import type { FilterContext } from './row-filter.ts';

/** Orders of the grid's rows. */
export const sorts = ['name', 'trouble', 'behind', 'changed'] as const;

export type RowSort = (typeof sorts)[number];

/** A line of the grid: a row, or the head of those that follow it. */
export type GridLine =
  | { readonly kind: 'row'; readonly row: DashboardRow }
  | { readonly kind: 'group'; readonly name: string; readonly count: number };

/** Returns the names of services in an order; those that are equal in it stay in the order of their names. */
export function orderOf(rows: readonly DashboardRow[], sort: RowSort, context: FilterContext): string[] {
  const named = rows.map((row) => ({ name: row.service, weight: weightOf(row, sort, context) }));
  return named.sort((one, other) => one.weight - other.weight || compare(one.name, other.name)).map(({ name }) => name);
}

/** Returns rows in an order that was found earlier: rows never move because data came. New ones come last. */
export function inOrder(rows: readonly DashboardRow[], order: ReadonlyMap<string, number>): DashboardRow[] {
  const place = ({ service }: DashboardRow) => order.get(service) ?? Infinity;
  return [...rows].sort((one, other) => {
    const [first, second] = [place(one), place(other)];
    return first === second ? compare(one.service, other.service) : first - second;
  });
}

/** Returns what rows can be grouped by: `folder`, and words before the colon of tags (`team` of `team:pay`). */
export function groupings(rows: readonly DashboardRow[]): string[] {
  const keys = new Set(rows.flatMap(({ tags }) => tags.flatMap((tag) => /^([^:]+):./.exec(tag)?.[1] ?? [])));
  keys.delete('folder');
  return ['folder', ...[...keys].sort(compare)];
}

/** Returns the lines of the grid. @param grouping of `groupings`; undefined for none. */
export function linesOf(rows: readonly DashboardRow[], grouping: string | undefined): GridLine[] {
  const line = (row: DashboardRow): GridLine => ({ kind: 'row', row });
  if (grouping === undefined) return rows.map(line);
  const groups = new Map<string, DashboardRow[]>();
  for (const row of rows) {
    const name = groupOf(row, grouping);
    const members = groups.get(name);
    if (members) members.push(row);
    else groups.set(name, [row]);
  }
  const names = [...groups.keys()].sort(compare);
  return names.flatMap((name): GridLine[] => {
    const members = groups.get(name)!;
    return [{ kind: 'group', name, count: members.length }, ...members.map(line)];
  });
}

function groupOf({ folder = '', tags }: DashboardRow, grouping: string): string {
  if (grouping === 'folder') return folder.split('/').slice(0, -1).join('/') || 'no folder';
  return tags.find((tag) => tag.startsWith(`${grouping}:`))?.slice(grouping.length + 1) ?? `no ${grouping}`;
}

function weightOf(row: DashboardRow, sort: RowSort, { environments, now }: FilterContext): number {
  if (sort === 'name') return 0;
  const weights = environments.flatMap((head) => {
    const cell = row.cells[head.name];
    if (!cell) return [];
    if (sort === 'behind') return cell.behind && 'commits' in cell.behind ? [-cell.behind.commits] : [];
    if (sort === 'changed') return cell.deployment ? [-Date.parse(cell.deployment.startedAt)] : [];
    const concern = concernOf(cell, { head, gap: row.gaps[head.name], now });
    return concern === undefined ? [] : [concerns.indexOf(concern) - concerns.length];
  });
  return Math.min(0, ...weights);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
