import type { Commit } from '../../model/commits/commit.ts';
import type { DeploymentCause, DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { interruptedWhile, isInterruption } from '../../model/errors/interruption.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import { requireApproval } from './approval.ts';
import { describeBoth, isOlderCommit, type BothCommits } from './commit-precedence.ts';
import { decideDeploy, newestSucceeded, type DeployDecision } from './decide-deploy.ts';
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
  /**
   * The main branch, where commits decide which release is newer (`isOlderCommit`). Omitted where the user names the
   * release, or the environment that proved it: build numbers decide alone then.
   */
  readonly mainBranch?: string;
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
 * release does not get ready; the last good release is restored then. Also when the command was interrupted.
 */
export async function deploy(
  target: DeployTarget,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, environment } = target;
  const { signal, approvedBy } = options;
  requireApproval(`deploy ${service.name} to ${environment.name}`, environment, approvedBy);
  try {
    return await planAndDeploy(target, options, ports, reporter);
  } catch (error) {
    // Once it is recorded, an interruption says itself what became of it.
    if (!isInterruption(error) || error !== signal?.reason) throw error;
    const doing = `deploy ${service.name} ${target.release.buildNumber} to ${environment.name}`;
    throw interruptedWhile(doing, error, [`Nothing was deployed to ${environment.name}.`]);
  }
}

async function planAndDeploy(
  target: DeployTarget,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, environment, actor } = target;
  options.signal?.throwIfAborted();
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
  const { reporter } = context;
  const plan = await currentPlan(deploy, context);
  const precedence = await findPrecedence(target, context.records, options, { ports: deploy.ports, reporter });
  const decision = decideDeploy(context.records, target.release, {
    force: options.force,
    changes: plan.changes.some(({ action }) => action !== 'unchanged'),
    isOlder: precedence?.isOlder,
  });
  if (decision.state === 'superseded') return { ...decision, commits: precedence?.commits };
  if (decision.state !== 'deploy') return decision;
  warnOfTakeOvers(target.environment.name, plan.changes, reporter);
  return { state: 'deployed', ...(await rollOut(rolloutOf({ ...deploy, plan }, decision), context)) };
}

/** The order of a release and of what runs, by their commits. */
interface Precedence {
  readonly isOlder: boolean;
  /** Set when one of them is older, by its commit or its number. */
  readonly commits?: BothCommits;
}

/**
 * Compares a release with what runs in its environment, by their commits.
 * @param records newest first. @returns undefined where the commits are not to decide, or nothing runs.
 * @throws {Refusal} when what runs is of another branch.
 */
export async function findPrecedence(
  { release, environment }: Pick<DeployTarget, 'release' | 'environment'>,
  records: readonly DeploymentRecord[],
  { mainBranch, force }: Pick<DeployOptions, 'mainBranch' | 'force'>,
  { ports, reporter }: { readonly ports: Pick<ReleasePorts, 'repository'>; readonly reporter: Reporter },
): Promise<Precedence | undefined> {
  const running = newestSucceeded(records)?.release;
  if (running === undefined || mainBranch === undefined || force) return undefined;
  const request = { environment, release, running, mainBranch };
  const isOlder = await isOlderCommit(request, ports, reporter);
  const isShown = isOlder || running.buildNumber.isNewerThan(release.buildNumber);
  return { isOlder, ...(isShown ? { commits: await describeBoth(request, ports) } : {}) };
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
