import type { DeploymentRecord, Hold } from '../../model/deploy/deployment-record.ts';
import type { Release } from '../../model/release/release.ts';
import { holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import type { BothCommits } from './requirements/commit-precedence.ts';

/** A release that a newer one keeps from being deployed. */
export interface Superseded {
  readonly state: 'superseded';
  readonly by: { readonly release: Pick<Release, 'buildNumber' | 'commit'> };
  /** Set where the commits were compared. */
  readonly commits?: BothCommits;
  /** True when the newer one was built, and it is not known to run here. */
  readonly isElsewhere?: boolean;
}

/** A decision about a release in an environment, by its records. */
export type DeployDecision =
  | {
      readonly state: 'deploy';
      /** The hold that stays in force. */
      readonly hold: Hold | undefined;
      /** The last good deployment, which is restored when this one fails. */
      readonly fallback: DeploymentRecord | undefined;
      /** The obstacles that were overridden: `superseded`, `held`. */
      readonly lifted: readonly string[];
    }
  | { readonly state: 'unchanged' }
  /** A newer release was there, or came while this one waited. */
  | Superseded
  /** This build, or a newer one, was rolled back. */
  | { readonly state: 'held'; readonly hold: Hold };

/**
 * Decides whether a release is deployed.
 * @param records of the service in the environment, newest first.
 * @param options `force` deploys also over a newer release and a build that is held; `changes` reports whether applying
 * would change anything; `isOlder` that its commit comes before the one that runs.
 */
export function decideDeploy(
  records: readonly DeploymentRecord[],
  { buildNumber }: Pick<Release, 'buildNumber'>,
  {
    force,
    changes,
    isOlder = false,
  }: { readonly force: boolean; readonly changes: boolean; readonly isOlder?: boolean },
): DeployDecision {
  const newest = newestSucceeded(records);
  const isSuperseded = newest !== undefined && (isOlder || newest.release.buildNumber.isNewerThan(buildNumber));
  if (isSuperseded && !force) return { state: 'superseded', by: newest };
  const isThere = newest?.release.buildNumber.equals(buildNumber) ?? false;
  const hold = holdOf(records);
  // The build that a rollback went to may be deployed again; the one that it left may not.
  const isRollbackTarget = isThere && newest?.hold !== undefined;
  const isHeld = hold !== undefined && isHeldBack(buildNumber, hold) && !isRollbackTarget;
  if (isHeld && !force) return { state: 'held', hold };
  if (isThere && !changes) return { state: 'unchanged' };
  const lifted = [...(isSuperseded ? ['superseded'] : []), ...(isHeld ? ['held'] : [])];
  return { state: 'deploy', hold: force ? undefined : hold, fallback: newest, lifted };
}

/** Returns the deployment that runs, by the records: the newest that ended well. @param records newest first. */
export function newestSucceeded(records: readonly DeploymentRecord[]): DeploymentRecord | undefined {
  return records.find(({ outcome }) => outcome === 'succeeded');
}
