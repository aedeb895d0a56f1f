import type { BuildNumber } from '../release/build-number.ts';
import { formatTimestamp } from '../text/timestamp.ts';
import type { DeploymentRecord, Hold } from '../deploy/deployment-record.ts';

/**
 * The hold that is in force, by the records of a service in an environment. Each record tells the hold of its time, so
 * that the newest is enough, however many have been forgotten. A newer build that succeeded has ended it.
 * @param records newest first.
 */
export function holdOf(records: readonly Pick<DeploymentRecord, 'hold' | 'outcome' | 'release'>[]): Hold | undefined {
  const [newest] = records;
  if (!newest?.hold) return undefined;
  const isOver = newest.outcome === 'succeeded' && newest.release.buildNumber.isNewerThan(newest.hold.buildNumber);
  return isOver ? undefined : newest.hold;
}

/** Reports whether a build is kept out by a hold: the one that was left, and those before it. */
export function isHeldBack(buildNumber: BuildNumber, hold: Hold | undefined): boolean {
  return hold !== undefined && !buildNumber.isNewerThan(hold.buildNumber);
}

/** Returns `20261124-2 is held in prod since 2026-11-24 13:00 CET (rolled back by ada: wrong totals)`. */
export function describeHold({ buildNumber, actor, reason, since }: Hold, environment: string): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${buildNumber} is held in ${environment} since ${formatTimestamp(since)} (rolled back by ${actor.person}${why})`;
}
