import type { CellState, DashboardCell, DashboardGap, EnvironmentHead } from './dashboard-state.ts';

/**
 * Why a cell is worth a look, the worst first: the order of the attention band. Up to `drift` somebody has to do something;
 * the others are as somebody wanted them, or will pass by themselves.
 */
export const concerns = ['broken', 'failed', 'degraded', 'unknown', 'drift', 'held', 'soaking', 'far-behind'] as const;

export type Concern = (typeof concerns)[number];

/** Commits of the main branch that a cell may lack before the band speaks of it. */
const farBehind = 20;

const broken: readonly CellState[] = ['down', 'stuck', 'gone', 'failing'];

/** Where a cell is: what else says how it is. */
export interface CellPlace {
  readonly head: EnvironmentHead;
  readonly gap: DashboardGap | undefined;
  readonly now: Date;
}

/** Returns the worst that is to be said of a cell; undefined when nothing is, or when its environment does not answer. */
export function concernOf(cell: DashboardCell, { head, gap, now }: CellPlace): Concern | undefined {
  if (head.answer.state !== 'live') return undefined;
  if (broken.includes(cell.state)) return 'broken';
  if (hasFailed(cell)) return 'failed';
  if (cell.state === 'degraded') return 'degraded';
  if (cell.state === 'unknown') return 'unknown';
  if (cell.drift?.length) return 'drift';
  if (cell.hold) return 'held';
  if (gap?.soakUntil !== undefined && Date.parse(gap.soakUntil) > now.getTime()) return 'soaking';
  return cell.behind && 'commits' in cell.behind && cell.behind.commits >= farBehind ? 'far-behind' : undefined;
}

/** Reports whether somebody has to do something. */
export function needsSomebody(concern: Concern): boolean {
  return concerns.indexOf(concern) <= concerns.indexOf('drift');
}

/** Reports whether a deployment goes on in a cell. */
export function isMoving({ state, deployment }: DashboardCell): boolean {
  return state === 'rolling-out' || deployment?.outcome === 'running';
}

/** Reports whether a service is not there, or was not when it was seen last: some never come to an environment. */
export function isNotThere({ state, seen }: DashboardCell): boolean {
  return state === 'absent' || seen?.state === 'absent';
}

/** Reports whether the newest deployment of a cell did not end as it should. */
export function hasFailed({ deployment }: DashboardCell): boolean {
  return deployment?.outcome === 'failed' || deployment?.outcome === 'abandoned' || deployment?.outcome === 'cancelled';
}
