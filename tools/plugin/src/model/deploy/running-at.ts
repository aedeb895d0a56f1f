import type { DeploymentRecord } from './deployment-record.ts';

/** The part of a deployment that says when it was in force. */
export type TimedDeployment = Pick<DeploymentRecord, 'sequence' | 'outcome' | 'finishedAt'>;

/**
 * Returns the deployment of a service that was in force at a moment; undefined when there was none yet.
 * `before-what-is-kept`: older ones are no longer recorded.
 * @param records all that are kept, newest first.
 */
export function runningAt<T extends TimedDeployment>(
  records: readonly T[],
  at: Date,
): T | 'before-what-is-kept' | undefined {
  const then = records.find(
    ({ outcome, finishedAt }) => outcome === 'succeeded' && Date.parse(finishedAt ?? '') <= at.getTime(),
  );
  if (then) return then;
  return (records.at(-1)?.sequence ?? 1) > 1 ? 'before-what-is-kept' : undefined;
}
