import {
  concernOf,
  concerns,
  hasFailed,
  isMoving,
  isNotThere,
  needsSomebody,
  type CellPlace,
  type Concern,
} from './cell-condition.ts';
import { behindInWords, deploymentInWords, stateInWords } from './cell-words.ts';
import type { DashboardCell, DashboardRow, DashboardState, EnvironmentHead } from './dashboard-state.ts';
import type { TimedWords } from './timed-words.ts';

/** A cell that is worth a look, as one row of the attention band. */
export interface AttentionItem {
  readonly service: string;
  readonly environment: string;
  readonly concern: Concern;
  readonly words: TimedWords;
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
  return [{ service: row.service, environment: head.name, concern, words: wordsOf(cell, concern, place) }];
}

function wordsOf(cell: DashboardCell, concern: Concern, { gap }: CellPlace): TimedWords {
  if (concern === 'failed' && cell.deployment && hasFailed(cell)) {
    const { reason } = cell.deployment;
    return [...deploymentInWords(cell.deployment), reason ? `: ${reason}` : ''];
  }
  if (concern === 'drift') return [`not as deployed: ${cell.drift!.join(', ')}`];
  if (concern === 'held') return [`held by ${cell.hold!.by}${cell.hold!.reason ? `: ${cell.hold!.reason}` : ''}`];
  if (concern === 'soaking') return ['soaks until ', { at: gap!.soakUntil!, as: 'moment' }];
  if (concern === 'far-behind') return [behindInWords(cell)!];
  const { deployment, troubles: [trouble] = [] } = cell;
  const since: TimedWords = deployment
    ? [', ', { at: deployment.startedAt, as: 'age' }, ` after ${deployment.build}`]
    : [];
  return [stateInWords(cell), ...since, trouble ? `: ${trouble}` : ''];
}

/**
 * How the services are, each counted once by the worst of its environments. `unknown`: nothing is wrong or moves where it can
 * be seen, and it is not seen everywhere: that is not quiet.
 */
export type Standing = 'needs-you' | 'moving' | 'quiet' | 'unknown';

/** Returns how a service is, as far as that is known now. */
export function standingOf(row: DashboardRow, environments: readonly EnvironmentHead[], now: Date): Standing {
  let standing: Standing = 'quiet';
  for (const head of environments) {
    const cell = row.cells[head.name];
    if (!cell || isNotThere(cell)) continue;
    if (head.answer.state !== 'live' || cell.state === 'asking') {
      if (standing === 'quiet') standing = 'unknown';
      continue;
    }
    const concern = concernOf(cell, { head, gap: row.gaps[head.name], now });
    if (concern && needsSomebody(concern)) return 'needs-you';
    if (isMoving(cell)) standing = 'moving';
  }
  return standing;
}

/** A part of the page's first sentence. */
export interface HeadlinePart {
  readonly words: TimedWords;
  /** Filter that shows what it counts. */
  readonly filter?: string;
}

/** Returns the sentence that is seen first: `3 need you · 12 moving · 985 quiet · dev cannot be reached since …`. */
export function headlineOf(state: DashboardState, now: Date): HeadlinePart[] {
  const counts: Record<Standing, number> = { 'needs-you': 0, moving: 0, quiet: 0, unknown: 0 };
  for (const row of state.rows) counts[standingOf(row, state.environments, now)]++;
  const parts: HeadlinePart[] = [
    { words: [`${counts['needs-you']} ${counts['needs-you'] === 1 ? 'needs' : 'need'} you`], filter: 'is:needs-you' },
    { words: [`${counts.moving} moving`], filter: 'is:moving' },
    { words: [`${counts.quiet} quiet`], filter: 'is:quiet' },
  ];
  if (counts.unknown > 0) parts.push({ words: [`${counts.unknown} not known`], filter: 'is:unknown' });
  for (const { name, answer } of state.environments) {
    if (answer.state !== 'unreachable') continue;
    parts.push({ words: [`${name} cannot be reached since `, { at: answer.since, as: 'moment' }] });
  }
  return parts;
}
