import type { DeploymentSummary } from '../deploy/deployment-record.ts';

/** The part of a record that tells of its canary. */
type CanaryFacts = Pick<DeploymentSummary, 'canary' | 'canaryProgress'>;

/**
 * Returns the deployment whose canary may still be there: the newest that had one, until it is noted that nothing of it is
 * left. @param records newest first.
 */
export function canaryAmong<T extends CanaryFacts>(records: readonly T[]): T | undefined {
  // One without a note has changed nothing yet, so that another's is still as it was.
  const newest = records.find(({ canary, canaryProgress }) => canary !== undefined && canaryProgress !== undefined);
  return newest && isCanaryOn(newest) ? newest : undefined;
}

/** Reports whether something of a deployment's canary may still be there. */
export function isCanaryOn({ canary, canaryProgress }: CanaryFacts): boolean {
  return canary !== undefined && canaryProgress !== undefined && canaryProgress.phase !== 'ended';
}

/** `canary 20261124-2 is judged by requests, and by Prometheus (errors, latency)`; undefined while it has no share. */
export function describeJudges(record: CanaryFacts & Pick<DeploymentSummary, 'release'>): string | undefined {
  if (record.canaryProgress?.phase !== 'serving' || record.canary === undefined) return undefined;
  const { figures = [] } = record.canaryProgress;
  const besides = figures.length > 0 ? `, and by Prometheus (${figures.join(', ')})` : ' through the gateway alone';
  return `canary ${record.release.buildNumber} is judged by requests${besides}`;
}

/** `canary 20261124-2 10%`; undefined where there is none. */
export function describeCanary(record: CanaryFacts & Pick<DeploymentSummary, 'release'>): string | undefined {
  if (!isCanaryOn(record)) return undefined;
  return `canary ${record.release.buildNumber} ${record.canaryProgress!.weight}%`;
}
