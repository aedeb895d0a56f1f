import { shortCommit } from '../../../model/commits/commit.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { ChangeSet } from '../../../ports/cluster.ts';
import type { CheckoutDiff } from '../../../use-cases/deploy/diff.ts';
import { describeChangeSet } from './describe-change-set.ts';

/** Which service is compared with which environment. */
interface Compared {
  readonly service: string;
  readonly environment: string;
}

/** Returns lines that show what deploying a release would change. */
export function describeReleaseDiff(
  { service, environment }: Compared,
  buildNumber: BuildNumber,
  changes: ChangeSet,
): string[] {
  if (changes.length === 0) return [`${service} ${buildNumber}: no difference to ${environment}`];
  return [`${service} ${buildNumber} would change in ${environment}:`, ...describeChangeSet(changes)];
}

/** Returns lines that show what releasing the checkout would change. */
export function describeCheckoutDiff(
  { service, environment }: Compared,
  { running, commit, uncommitted, isRebuilt, changes }: CheckoutDiff,
): string[] {
  const files = uncommitted === 1 ? '1 uncommitted change' : `${uncommitted} uncommitted changes`;
  const checkout = `${shortCommit(commit)}${uncommitted > 0 ? ` with ${files}` : ''}`;
  const where = running ? `${environment}, which runs ${running.buildNumber}` : `${environment}, where it never ran`;
  if (!isRebuilt && changes.length === 0) return [`${service} at ${checkout}: no difference to ${where}`];
  return [
    `${service} at ${checkout} would change in ${where}:`,
    ...(isRebuilt ? ['  a new image: its content is not that of the release that runs'] : []),
    ...describeChangeSet(changes),
  ];
}
