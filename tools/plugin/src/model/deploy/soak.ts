import type { BuildNumber } from '../release/build-number.ts';
import type { DeploymentRecord } from './deployment-record.ts';

/** A time without a break in which an environment served one build. */
export interface Stay {
  /** When it began. */
  readonly since: Date;
  readonly milliseconds: number;
  /** The build whose deployment ended it; undefined while it goes on. */
  readonly endedBy: BuildNumber | undefined;
}

/** The part of a deployment by which it is known what ran when. */
export type DeploymentTimes = Pick<DeploymentRecord, 'release' | 'outcome' | 'startedAt' | 'finishedAt'>;

/**
 * Returns the times in which a build ran in an environment, oldest first: each from a deployment of it that succeeded
 * until the next one of another build that did. One in between that did not succeed ends it only where the build was not
 * put back: nobody knows what ran then.
 * @param records newest first.
 */
export function staysOf(records: readonly DeploymentTimes[], build: BuildNumber, now: Date): Stay[] {
  const stays: Stay[] = [];
  let since: number | undefined;
  /** The first deployment since the last one that succeeded. */
  let unsettled: DeploymentTimes | undefined;
  const end = (by: DeploymentTimes | undefined) => {
    if (since === undefined) return;
    const until = by === undefined ? now.getTime() : Date.parse(by.startedAt);
    stays.push({ since: new Date(since), milliseconds: Math.max(0, until - since), endedBy: by?.release.buildNumber });
    since = undefined;
  };
  for (const record of records.toReversed()) {
    if (record.outcome !== 'succeeded' || record.finishedAt === undefined) {
      unsettled ??= record;
      continue;
    }
    if (record.release.buildNumber.equals(build)) since ??= Date.parse(record.finishedAt);
    else end(unsettled ?? record);
    unsettled = undefined;
  }
  end(unsettled);
  return stays;
}

/**
 * Returns when a build has run for long enough in an environment: in the first stay that lasted, or that goes on; undefined
 * where each was ended before.
 * @param records newest first.
 */
export function soakedAt(records: readonly DeploymentTimes[], build: BuildNumber, soakMs: number): Date | undefined {
  // A stay that goes on is one at whatever time.
  const stays = staysOf(records, build, new Date(0));
  const stay = stays.find(({ milliseconds, endedBy }) => endedBy === undefined || milliseconds >= soakMs);
  return stay && new Date(stay.since.getTime() + soakMs);
}
