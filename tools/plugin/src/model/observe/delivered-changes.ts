import type { DeploymentCause, DeploymentRecord } from '../deploy/deployment-record.ts';
import type { Release } from '../release/release.ts';

/** The part of a deployment record that is needed here. */
export type DeploymentFacts = Pick<DeploymentRecord, 'sequence' | 'outcome' | 'finishedAt'> & {
  readonly release: Pick<Release, 'buildNumber' | 'commit'>;
  readonly cause: Pick<DeploymentCause, 'action'>;
};

/**
 * How a change went. `rolled-back`: it was put in well, and then left for an older build. `cancelled` and `abandoned`:
 * nobody knows how it would have ended.
 */
export const changeVerdicts = ['succeeded', 'rolled-back', 'failed', 'cancelled', 'abandoned'] as const;
export type ChangeVerdict = (typeof changeVerdicts)[number];

/** A deployment that shall bring something new to an environment: a newer build than the one that ran. */
export interface DeliveredChange {
  readonly sequence: number;
  /** Full object name of the built commit. */
  readonly commit: string;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  readonly verdict: ChangeVerdict;
  /** When a change that failed or was rolled back was followed by a deployment that ended well; milliseconds since 1970. */
  readonly restoredAt?: number;
  /** Commits whose builds were put in well before: what they have is not new. */
  readonly known: readonly string[];
}

/** Since when the records of a service in an environment tell everything. */
export interface Coverage {
  /** Milliseconds since 1970. What ended later is known. */
  readonly from: number;
  /** True when that is all that was asked for. */
  readonly complete: boolean;
  /** True when the very first deployment is still known. */
  readonly hasFirst: boolean;
  /** When the oldest deployment that is kept ended; milliseconds since 1970. Undefined when none has ended. */
  readonly oldestKept: number | undefined;
}

/**
 * The changes among the deployments of a service to an environment, oldest first. Going back, and putting in the build
 * that runs once more, are none.
 * @param records in any order.
 */
export function deliveredChanges(records: readonly DeploymentFacts[]): DeliveredChange[] {
  const ended = endedInOrder(records);
  return ended.flatMap((record, index): DeliveredChange[] => {
    const good = ended.slice(0, index).filter(({ outcome }) => outcome === 'succeeded');
    if (!isChange(record, good.at(-1))) return [];
    const { sequence, release, finishedAt } = record;
    const known = [...new Set(good.map((each) => each.release.commit))];
    return [{ sequence, commit: release.commit, finishedAt, known, ...judge(record, ended.slice(index + 1)) }];
  });
}

/**
 * Since when records tell everything, given that old ones are forgotten.
 * @param since what is asked for, milliseconds since 1970.
 */
export function coverageOf(records: readonly DeploymentFacts[], since: number): Coverage {
  const newestFirst = [...records].sort((a, b) => b.sequence - a.sequence);
  // An older one that is kept beside them, because it was the last to succeed, tells nothing of those between.
  const gap = newestFirst.findIndex(({ sequence }, index) => sequence !== newestFirst[0]!.sequence - index);
  const unbroken = gap === -1 ? newestFirst : newestFirst.slice(0, gap);
  const hasFirst = (unbroken.at(-1)?.sequence ?? 1) === 1;
  const oldestKept = endedInOrder(unbroken)[0]?.finishedAt;
  const complete = hasFirst || (oldestKept !== undefined && oldestKept <= since);
  // Of the oldest one that is kept nobody knows what it came after, so that counting begins behind it.
  return { from: complete ? since : (oldestKept ?? Infinity), complete, hasFirst, oldestKept };
}

type Ended = Omit<DeploymentFacts, 'finishedAt'> & { readonly finishedAt: number };

function endedInOrder(records: readonly DeploymentFacts[]): Ended[] {
  return records
    .map((record) => ({ ...record, finishedAt: Date.parse(record.finishedAt ?? '') }))
    .filter(({ outcome, finishedAt }) => outcome !== 'running' && !Number.isNaN(finishedAt))
    .sort((a, b) => a.sequence - b.sequence);
}

function isChange({ cause, release }: Ended, running: Ended | undefined): boolean {
  if (cause.action !== 'deploy' && cause.action !== 'promote') return false;
  return running === undefined || release.buildNumber.isNewerThan(running.release.buildNumber);
}

function judge(
  { outcome, release: { buildNumber } }: Ended,
  later: readonly Ended[],
): Pick<DeliveredChange, 'verdict' | 'restoredAt'> {
  const good = later.filter((each) => each.outcome === 'succeeded');
  if (outcome === 'failed') return { verdict: 'failed', ...(good[0] ? { restoredAt: good[0].finishedAt } : {}) };
  if (outcome === 'cancelled' || outcome === 'abandoned') return { verdict: outcome };
  const next = good.find((each) => !each.release.buildNumber.equals(buildNumber));
  return next && buildNumber.isNewerThan(next.release.buildNumber)
    ? { verdict: 'rolled-back', restoredAt: next.finishedAt }
    : { verdict: 'succeeded' };
}
