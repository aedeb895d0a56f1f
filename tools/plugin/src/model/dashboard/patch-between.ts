import type { DashboardPatch, DashboardRow, DashboardState } from './dashboard-state.ts';

/**
 * Returns what leads from one state to a later one; undefined where nothing but version and time differ. What both are put
 * together from has the same order of fields, so that texts are compared.
 */
export function patchBetween(before: DashboardState, after: DashboardState): DashboardPatch | undefined {
  const old = new Map(before.rows.map((row) => [row.service, row]));
  const names = new Set(after.rows.map(({ service }) => service));
  const removed = before.rows.map(({ service }) => service).filter((service) => !names.has(service));
  const pairs = after.rows.map((row) => ({ row, was: old.get(row.service) }));
  const rows = pairs.flatMap(({ row, was }) => (was && hasSameFrame(was, row) ? [] : [row]));
  const kept = pairs.flatMap(({ row, was }) => (was && was !== row && hasSameFrame(was, row) ? [{ row, was }] : []));
  const cells = kept.flatMap(({ row, was }) => differing(row.service, was.cells, row.cells));
  const gaps = kept.flatMap(({ row, was }) => differing(row.service, was.gaps, row.gaps));
  const rest = {
    ...(isSame(before.branch, after.branch) ? {} : { branch: after.branch }),
    ...(isSame(before.environments, after.environments) ? {} : { environments: after.environments }),
    ...(rows.length === 0 ? {} : { rows }),
    ...(removed.length === 0 ? {} : { removed }),
  };
  if (cells.length + gaps.length + Object.keys(rest).length === 0) return undefined;
  return { version: after.version, now: after.now, cells, gaps, ...rest };
}

/** Reports whether two rows of a service differ in nothing but what is in their cells and gaps. */
function hasSameFrame(one: DashboardRow, other: DashboardRow): boolean {
  return one === other || isSame(frameOf(one), frameOf(other));
}

function frameOf({ cells, gaps, ...row }: DashboardRow): unknown[] {
  return [row, Object.keys(cells), Object.keys(gaps)];
}

function differing<Value>(
  service: string,
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
): (readonly [string, string, Value])[] {
  return Object.entries(after).flatMap(([environment, value]) =>
    isSame(before[environment], value) ? [] : [[service, environment, value] as const],
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
