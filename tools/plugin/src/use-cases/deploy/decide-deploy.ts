import type { DeploymentRecord, Hold } from '../../model/deploy/deployment-record.ts';
import type { Release } from '../../model/release/release.ts';
import { holdOf, isHeldBack } from '../../model/rollback/hold.ts';

/** A decision about a release in an environment, by its records. */
export type DeployDecision =
  | {
      readonly state: 'deploy';
      /** The hold that stays in force. */
      readonly hold: Hold | undefined;
      /** The last good deployment, which is restored when this one fails. */
      readonly fallback: DeploymentRecord | undefined;
    }
  | { readonly state: 'unchanged' }
  /** A newer release was there, or came while this one waited. */
  | { readonly state: 'superseded'; readonly by: DeploymentRecord }
  /** This build, or a newer one, was rolled back. */
  | { readonly state: 'held'; readonly hold: Hold };

/**
 * Decides whether a release is deployed.
 * @param records of the service in the environment, newest first.
 * @param options `force` deploys also over a newer release and a build that is held; `changes` reports whether applying
 * would change anything.
 */
export function decideDeploy(
  records: readonly DeploymentRecord[],
  { buildNumber }: Pick<Release, 'buildNumber'>,
  { force, changes }: { readonly force: boolean; readonly changes: boolean },
): DeployDecision {
  const newest = records.find(({ outcome }) => outcome === 'succeeded');
  if (newest?.release.buildNumber.isNewerThan(buildNumber) && !force) return { state: 'superseded', by: newest };
  const isThere = newest?.release.buildNumber.equals(buildNumber) ?? false;
  const hold = force ? undefined : holdOf(records);
  // The build that a rollback went to may be deployed again; the one that it left may not.
  const isRollbackTarget = isThere && newest?.hold !== undefined;
  if (hold && isHeldBack(buildNumber, hold) && !isRollbackTarget) return { state: 'held', hold };
  if (isThere && !changes) return { state: 'unchanged' };
  return { state: 'deploy', hold, fallback: newest };
}
