import {
  concernOf,
  concerns,
  hasFailed,
  isMoving,
  needsSomebody,
  type CellPlace,
  type Concern,
} from './cell-condition.ts';
import { ageOf, behindInWords, deploymentInWords, momentOf, stateInWords } from './cell-words.ts';
import type { DashboardCell, DashboardRow, DashboardState, EnvironmentHead } from './dashboard-state.ts';

/** A cell that is worth a look, as one row of the attention band. */
export interface AttentionItem {
  readonly service: string;
  readonly environment: string;
  readonly concern: Concern;
  readonly text: string;
}

/** Returns what is worth a look, the worst first, then in the order of services and environments. */
export function attentionOf(state: DashboardState, now: Date): AttentionItem[] {
  const items = state.rows.flatMap((row) => state.environments.flatMap((head) => itemOf(row, head, now)));
  const rank = ({ concern }: AttentionItem) => concerns.indexOf(concern);
  return items.sort((one, other) => rank(one) - rank(other));
}

function itemOf(row: DashboardRow, head: EnvironmentHead, now: Date): AttentionItem[] {
  const cell = row.cells[head.name];
  const place = { head, gap: row.gaps[head.name], now };
  const concern = cell && concernOf(cell, place);
  if (!cell || !concern) return [];
  return [{ service: row.service, environment: head.name, concern, text: textOf(cell, concern, place) }];
}

function textOf(cell: DashboardCell, concern: Concern, { gap, now }: CellPlace): string {
  if (concern === 'failed' && cell.deployment && hasFailed(cell)) {
    const { reason } = cell.deployment;
    return `${deploymentInWords(cell.deployment, now)}${reason ? `: ${reason}` : ''}`;
  }
  if (concern === 'drift') return `not as deployed: ${cell.drift!.join(', ')}`;
  if (concern === 'held') return `held by ${cell.hold!.by}${cell.hold!.reason ? `: ${cell.hold!.reason}` : ''}`;
  if (concern === 'soaking') return `soaks until ${momentOf(gap!.soakUntil!, 'UTC')}`;
  if (concern === 'far-behind') return behindInWords(cell)!;
  const since = cell.deployment ? `, ${ageOf(cell.deployment.startedAt, now)} after ${cell.deployment.build}` : '';
  const [trouble] = cell.troubles ?? [];
  return `${stateInWords(cell)}${since}${trouble ? `: ${trouble}` : ''}`;
}

/** How the services are, each counted once by the worst of its environments that answer. */
export type Standing = 'needs-you' | 'moving' | 'quiet' | 'unknown';

/** Returns how a service is, by the environments that answer. `unknown`: none does. */
export function standingOf(row: DashboardRow, environments: readonly EnvironmentHead[], now: Date): Standing {
  let standing: Standing = 'unknown';
  for (const head of environments) {
    const cell = row.cells[head.name];
    if (!cell || head.answer.state !== 'live' || cell.state === 'asking') continue;
    const concern = concernOf(cell, { head, gap: row.gaps[head.name], now });
    if (concern && needsSomebody(concern)) return 'needs-you';
    if (isMoving(cell)) standing = 'moving';
    else if (standing === 'unknown') standing = 'quiet';
  }
  return standing;
}

/** A part of the page's first sentence. */
export interface HeadlinePart {
  readonly text: string;
  /** Filter that shows what it counts. */
  readonly filter?: string;
}

/** Returns the sentence that is seen first: `3 need you · 12 moving · 985 quiet · dev cannot be reached since …`. */
export function headlineOf(state: DashboardState, now: Date, timeZone: string | undefined): HeadlinePart[] {
  const counts: Record<Standing, number> = { 'needs-you': 0, moving: 0, quiet: 0, unknown: 0 };
  for (const row of state.rows) counts[standingOf(row, state.environments, now)]++;
  const parts: HeadlinePart[] = [
    { text: `${counts['needs-you']} ${counts['needs-you'] === 1 ? 'needs' : 'need'} you`, filter: 'is:needs-you' },
    { text: `${counts.moving} moving`, filter: 'is:moving' },
    { text: `${counts.quiet} quiet`, filter: 'is:quiet' },
  ];
  if (counts.unknown > 0) parts.push({ text: `${counts.unknown} not known`, filter: 'is:unknown' });
  for (const { name, answer } of state.environments) {
    if (answer.state !== 'unreachable') continue;
    parts.push({ text: `${name} cannot be reached since ${momentOf(answer.since, timeZone)}` });
  }
  return parts;
}
