import type { DashboardCell, DashboardDeployment, DashboardGap, EnvironmentHead } from './dashboard-state.ts';
import { plainText, type TimedWords, type Timing } from './timed-words.ts';

/** Returns the state of a cell in words: `degraded 1 of 2`. */
export function stateInWords({ state, pods }: DashboardCell): string {
  const count = pods && pods.wanted > 0 ? ` ${pods.ready} of ${pods.wanted}` : '';
  if (state === 'asking') return 'asking';
  if (state === 'absent') return 'not here';
  if (state === 'gone') return 'gone: deployed, no workload';
  if (state === 'unknown') return 'not known';
  if (state === 'stopped') return 'stopped: 0 wanted';
  return `${state.replace('-', ' ')}${count}`;
}

/** Returns what a deployment did, for people: `20261126-1 failed 3 min ago, by ada`. */
export function deploymentInWords({ build, outcome, by, startedAt, endedAt }: DashboardDeployment): TimedWords {
  if (outcome === 'running') return [`${by} deploys ${build} (`, { at: startedAt, as: 'age' }, ')'];
  return [`${build} ${outcome} `, { at: endedAt ?? startedAt, as: 'age' }, ` ago, by ${by}`];
}

/** Returns how far behind the main branch a cell is; undefined when it is not. */
export function behindInWords({ behind }: DashboardCell): string | undefined {
  if (!behind) return undefined;
  if ('unknown' in behind) return `behind by an unknown number of commits (${behind.unknown})`;
  if (behind.commits === 0) return undefined;
  return `${commits(behind.commits, behind.isLeast)} behind`;
}

/** Where and when a sentence is of. */
export interface SentencePlace extends Timing {
  readonly head: EnvironmentHead;
}

/**
 * Returns all of a cell as one sentence, which screen readers say: `orders in prod: 20261124-1, healthy 2 of 2, held by
 * grace`. Of an environment that does not answer it says since when, and what was seen last.
 */
export function cellSentence(service: string, cell: DashboardCell, place: SentencePlace): string {
  const { answer, name } = place.head;
  const where = `${service} in ${name}`;
  if (cell.state !== 'unreachable') return `${where}: ${factsOf(cell, place)}`;
  const at = answer.state === 'unreachable' ? answer.lastSeen : undefined;
  if (!cell.seen) return `${where}: not known, ${name} was never seen`;
  const when = at === undefined ? 'last seen' : plainText(['last seen ', { at, as: 'moment' }], place);
  return `${where}: not known, ${when}: ${factsOf(cell.seen, place)}`;
}

function factsOf(cell: DashboardCell, place: SentencePlace): string {
  const { deployment, hold, drift = [], build } = cell;
  const isNews = deployment && deployment.outcome !== 'succeeded';
  const parts = [
    build,
    stateInWords(cell),
    isNews ? plainText(deploymentInWords(deployment), place) : undefined,
    behindInWords(cell),
    hold && `held by ${hold.by}${hold.reason ? ` (${hold.reason})` : ''}`,
    drift.length > 0 ? `differs from what was deployed: ${drift.join(', ')}` : undefined,
  ];
  return parts.filter(Boolean).join(', ');
}

/** Returns what lies between two environments as a sentence. @param left name of what is before it, perhaps the main branch. */
export function gapSentence(gap: DashboardGap, left: string, { head, ...timing }: SentencePlace): string {
  const between = `From ${left} to ${head.name}`;
  const lost = gap.lost ? [`${commits(gap.lost, false)} of ${head.name} would be lost`] : [];
  const soaks = gap.soakUntil !== undefined && Date.parse(gap.soakUntil) > timing.now.getTime();
  const wait = soaks ? [plainText(['soaks ', { at: gap.soakUntil!, as: 'left' }, ' more'], timing)] : [];
  const asks = gap.kind === 'ahead' && head.isProtected ? ['needs approval'] : [];
  return `${between}: ${[gapInWords(gap), ...lost, ...wait, ...asks].join(', ')}`;
}

/** Returns what waits at a gap: `5 commits wait`. */
export function gapInWords(gap: DashboardGap): string {
  if (gap.kind === 'same') return 'the same build';
  if (gap.kind === 'none') return 'nothing to compare';
  if (gap.kind === 'unknown') return `not known (${gap.reason})`;
  return `${commits(gap.commits, gap.isLeast)} ${gap.commits === 1 ? 'waits' : 'wait'}`;
}

function commits(count: number, isLeast: boolean): string {
  return `${isLeast ? 'at least ' : ''}${count} ${count === 1 ? 'commit' : 'commits'}`;
}
