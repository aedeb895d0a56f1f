import type { Commit } from '../../model/commits/commit.ts';
import type { DeploymentCause, DeploymentRecord, Hold } from '../../model/deploy/deployment-record.ts';
import { holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import { withAnnouncements, type Announce } from '../announce/announce-deployment.ts';
import { requireApproval } from './approval.ts';
import { withServiceLock, type LockedService } from './lock-service.ts';
import { planDeploy, requireImage, type DeployPlan, type DeployTarget } from './plan-deploy.ts';
import type { ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { rollOut, type RolloutLimits } from './roll-out.ts';

/** How a deploy shall be done. */
export interface DeployOptions extends RolloutLimits {
  /** Deploys also over a newer release, and a build that is held. */
  readonly force: boolean;
  /** Who let it into a protected environment. */
  readonly approvedBy: string | undefined;
}

/** What a deploy came to. */
export type DeployResult =
  | { readonly state: 'deployed'; readonly changes: ChangeSet; readonly record: DeploymentRecord }
  | { readonly state: 'unchanged' }
  /** A newer release was there, or came while this one waited. */
  | { readonly state: 'superseded'; readonly by: DeploymentRecord }
  /** Somebody went back from this build, or from a newer one. */
  | { readonly state: 'held'; readonly hold: Hold };

/**
 * Puts a release into an environment and waits until all of it serves.
 * @param action what it is recorded as.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} when it was tried and the
 * release does not get ready; the last good release is put back then.
 */
export async function deploy(
  target: DeployTarget,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
  action: 'deploy' | 'promote' = 'deploy',
): Promise<DeployResult> {
  const { service, environment, actor } = target;
  requireApproval(`deploy ${service.name} to ${environment.name}`, environment, options.approvedBy);
  const [plan] = await Promise.all([planDeploy(target, ports, reporter), requireImage(target, ports)]);
  return withAnnouncements(service.name, options, ports, reporter, (announce) =>
    withServiceLock(service.name, environment.name, actor, plan.cluster, reporter, async (locked) => {
      // What was planned before somebody else wrote is no plan any more.
      const changes = locked.hasWaited
        ? await plan.cluster.plan(service.name, plan.objects, { adopt: target.adopt, jobs: plan.jobs })
        : plan.changes;
      return deployLocked(target, { ...plan, changes }, locked, options, ports, reporter, action, announce);
    }),
  );
}

async function deployLocked(
  target: DeployTarget,
  { objects, jobs, changes }: DeployPlan,
  locked: LockedService,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
  action: 'deploy' | 'promote',
  announce: Announce,
): Promise<DeployResult> {
  const { release, environment, actor, adopt } = target;
  const { records } = locked;
  const newest = records.find(({ outcome }) => outcome === 'succeeded');
  if (newest?.release.buildNumber.isNewerThan(release.buildNumber) && !options.force)
    return { state: 'superseded', by: newest };
  const isThere = newest?.release.buildNumber.equals(release.buildNumber) ?? false;
  const hold = options.force ? undefined : holdOf(records);
  // The build that somebody went back to may be put in again; the one that was left may not.
  const wentBackToIt = isThere && newest?.hold !== undefined;
  if (hold && isHeldBack(release.buildNumber, hold) && !wentBackToIt) return { state: 'held', hold };
  if (isThere && changes.every(({ action }) => action === 'unchanged')) return { state: 'unchanged' };

  warnOfTakeOvers(environment.name, changes, reporter);
  const rollout = {
    environment,
    release,
    objects,
    jobs,
    actor,
    cause: causeOf(action, target, options),
    hold,
    adopt,
    ...(newest ? { suspects: () => suspectsSince(newest, target, ports) } : {}),
    fallback: newest,
    announce,
  };
  return { state: 'deployed', ...(await rollOut(rollout, locked, options, ports, reporter)) };
}

/** Commits since what serves that touch what the service is made of. */
function suspectsSince(
  { release: { commit } }: DeploymentRecord,
  { service, release }: DeployTarget,
  { repository }: ReleasePorts,
): Promise<readonly Commit[]> {
  return repository.commitsBetween(commit, release.commit, service.inputFolders);
}

/** Says which fields are taken from whom. */
export function warnOfTakeOvers(environment: string, changes: ChangeSet, reporter: Reporter): void {
  for (const { kind, name, takenOver = [] } of changes) {
    for (const field of takenOver) reporter.warn(`${environment}: takes over ${kind} ${name}: ${field}`);
  }
}

function causeOf(
  action: DeploymentCause['action'],
  { allowDowntime, adopt }: DeployTarget,
  { force, approvedBy }: DeployOptions,
): DeploymentCause {
  const given = { '--force': force, '--allow-downtime': allowDowntime, '--adopt': adopt };
  const overrides = Object.entries(given).flatMap(([option, isGiven]) => (isGiven ? [option] : []));
  return {
    action,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(overrides.length > 0 ? { overrides } : {}),
  };
}
