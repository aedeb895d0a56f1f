import { describeDuration } from '../text/duration.ts';
import type { CellPlace } from './cell-condition.ts';
import type { DashboardCell, DashboardDeployment, DashboardGap } from './dashboard-state.ts';

/** Returns how long ago a moment was, in its largest unit, by the server's clock: `6 min`. */
export function ageOf(iso: string, now: Date): string {
  return describeDuration(now.getTime() - Date.parse(iso), 1);
}

/** Returns a moment with its zone: `2026-11-24 14:03:21 UTC`. @param timeZone that of the machine when undefined. */
export function momentOf(iso: string, timeZone: string | undefined): string {
  const at = new Date(iso);
  const text = at.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short', timeZone }).formatToParts(at);
  return `${text} ${zone.find(({ type }) => type === 'timeZoneName')?.value ?? ''}`.trim();
}

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
export function deploymentInWords({ build, outcome, by, startedAt, endedAt }: DashboardDeployment, now: Date): string {
  if (outcome === 'running') return `${by} deploys ${build} (${ageOf(startedAt, now)})`;
  return `${build} ${outcome} ${ageOf(endedAt ?? startedAt, now)} ago, by ${by}`;
}

/** Returns how far behind the main branch a cell is; undefined when it is not. */
export function behindInWords({ behind }: DashboardCell): string | undefined {
  if (!behind) return undefined;
  if ('unknown' in behind) return `behind by an unknown number of commits (${behind.unknown})`;
  if (behind.commits === 0) return undefined;
  return `${commits(behind.commits, behind.isLeast)} behind`;
}

/** Returns all of a cell as one sentence, which screen readers say: `orders in prod: 20261124-1, healthy 2 of 2, held by grace`. */
export function cellSentence(service: string, cell: DashboardCell, { head, now }: CellPlace): string {
  const where = `${service} in ${head.name}`;
  const { answer } = head;
  const state = answer.state === 'unreachable' ? `not reachable, was ${stateInWords(cell)}` : stateInWords(cell);
  const { deployment, hold, drift = [], build } = cell;
  const said = deployment && deployment.outcome !== 'succeeded' ? deploymentInWords(deployment, now) : undefined;
  const parts = [
    build,
    state,
    said,
    behindInWords(cell),
    hold && `held by ${hold.by}${hold.reason ? ` (${hold.reason})` : ''}`,
    drift.length > 0 ? `differs from what was deployed: ${drift.join(', ')}` : undefined,
  ];
  return `${where}: ${parts.filter(Boolean).join(', ')}`;
}

/** Returns what lies between two environments as a sentence. @param left name of what is before it, perhaps the main branch. */
export function gapSentence(gap: DashboardGap, left: string, { head, now }: CellPlace): string {
  const between = `From ${left} to ${head.name}`;
  if (head.answer.state !== 'live') return `${between}: not known, ${head.name} does not answer`;
  const lost = gap.lost ? [`${commits(gap.lost, false)} of ${head.name} would be lost`] : [];
  const soak = gap.soakUntil === undefined ? 0 : Date.parse(gap.soakUntil) - now.getTime();
  const wait = soak > 0 ? [`soaks ${describeDuration(soak, 1)} more`] : [];
  const asks = gap.kind === 'ahead' && head.isProtected ? ['needs approval'] : [];
  return `${between}: ${[gapInWords(gap), ...lost, ...wait, ...asks].join(', ')}`;
}

function gapInWords(gap: DashboardGap): string {
  if (gap.kind === 'same') return 'the same build';
  if (gap.kind === 'none') return 'nothing to compare';
  if (gap.kind === 'unknown') return `not known (${gap.reason})`;
  return `${commits(gap.commits, gap.isLeast)} ${gap.commits === 1 ? 'waits' : 'wait'}`;
}

function commits(count: number, isLeast: boolean): string {
  return `${isLeast ? 'at least ' : ''}${count} ${count === 1 ? 'commit' : 'commits'}`;
}
