import type { Commit } from '../../model/commits/commit.ts';
import type { DeploymentCause, DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import { requireApproval } from './approval.ts';
import { decideDeploy, type DeployDecision } from './decide-deploy.ts';
import type { DeployContext, RolloutLimits } from './deploy-context.ts';
import { isOutdated, withServiceLock } from './lock-service.ts';
import { planDeploy, requireImage, type DeployPlan, type DeployTarget } from './plan-deploy.ts';
import type { ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { rollOut } from './roll-out.ts';
import type { Rollout } from './rollout.ts';

/** How a release is deployed. */
export interface DeployOptions extends RolloutLimits {
  /** Deploys also over a newer release, and a build that is held. */
  readonly force: boolean;
  /** The approver for a protected environment. */
  readonly approvedBy: string | undefined;
  /** Its action in the record; `deploy` when omitted. */
  readonly action?: 'deploy' | 'promote';
}

/** The result of a deploy. */
export type DeployResult =
  | { readonly state: 'deployed'; readonly changes: ChangeSet; readonly record: DeploymentRecord }
  | Exclude<DeployDecision, { state: 'deploy' }>;

/**
 * Deploys a release to an environment and waits until all of it is ready.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} when it was tried and the
 * release does not get ready; the last good release is restored then.
 */
export async function deploy(
  target: DeployTarget,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, environment, actor } = target;
  requireApproval(`deploy ${service.name} to ${environment.name}`, environment, options.approvedBy);
  const [plan] = await Promise.all([planDeploy(target, ports, reporter), requireImage(target, ports)]);
  const { cluster } = plan;
  return withAnnouncements({ service: service.name, signal: options.signal, ports, reporter }, (announce) =>
    withServiceLock(
      { service: service.name, environment, actor },
      { cluster, ports, limits: options, reporter, announce },
      (context) => deployLocked({ target, options, plan, ports }, context),
    ),
  );
}

/** A deploy that was planned. */
interface PlannedDeploy {
  readonly target: DeployTarget;
  readonly options: DeployOptions;
  readonly plan: DeployPlan;
  readonly ports: ReleasePorts;
}

async function deployLocked(deploy: PlannedDeploy, context: DeployContext): Promise<DeployResult> {
  const { target, options } = deploy;
  const plan = await currentPlan(deploy, context);
  const decision = decideDeploy(context.records, target.release, {
    force: options.force,
    changes: plan.changes.some(({ action }) => action !== 'unchanged'),
  });
  if (decision.state !== 'deploy') return decision;
  warnOfTakeOvers(target.environment.name, plan.changes, context.reporter);
  return { state: 'deployed', ...(await rollOut(rolloutOf({ ...deploy, plan }, decision), context)) };
}

/** Plans again when another deployment ran since it was planned. */
async function currentPlan({ target, plan }: PlannedDeploy, context: DeployContext): Promise<DeployPlan> {
  if (!isOutdated(plan.plannedAfter, context)) return plan;
  const again = await context.cluster.plan(target.service.name, plan.objects, plan.plan.options);
  return { ...plan, plan: again, changes: again.changes };
}

function rolloutOf(
  { target, options, plan, ports }: PlannedDeploy,
  { hold, fallback }: Extract<DeployDecision, { state: 'deploy' }>,
): Rollout {
  const { release, environment, actor } = target;
  return {
    environment,
    release,
    objects: plan.objects,
    plan: plan.plan,
    jobs: plan.jobs,
    actor,
    cause: causeOf(target, options),
    hold,
    ...(fallback ? { suspects: () => suspectsSince(fallback, target, ports) } : {}),
    fallback,
  };
}

/** Returns the commits since what is serving that touch what the service is made of. */
function suspectsSince(
  { release: { commit } }: DeploymentRecord,
  { service, release }: DeployTarget,
  { repository }: ReleasePorts,
): Promise<readonly Commit[]> {
  return repository.commitsBetween(commit, release.commit, service.inputFolders);
}

/** Warns of fields that are taken from other owners. */
export function warnOfTakeOvers(environment: string, changes: ChangeSet, reporter: Reporter): void {
  for (const { kind, name, takenOver = [] } of changes) {
    for (const field of takenOver) reporter.warn(`${environment}: takes over ${kind} ${name}: ${field}`);
  }
}

function causeOf(
  { allowDowntime, adopt }: DeployTarget,
  { force, approvedBy, action = 'deploy' }: DeployOptions,
): DeploymentCause {
  const given = { '--force': force, '--allow-downtime': allowDowntime, '--adopt': adopt };
  const overrides = Object.entries(given).flatMap(([option, isGiven]) => (isGiven ? [option] : []));
  return {
    action,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(overrides.length > 0 ? { overrides } : {}),
  };
}
