import type { Commit } from '../../model/commits/commit.ts';
import { canaryAmong } from '../../model/canary/canary-progress.ts';
import type { Approval } from '../../model/deploy/approval.ts';
import type { CanaryPlan, DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { interruptedWhile, isInterruption } from '../../model/errors/interruption.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import type { Canary } from '../canary/canary-context.ts';
import { planCanary } from '../canary/plan-canary.ts';
import { planRecordedPublication, planServicePublication } from '../facade/plan-service-publication.ts';
import type { ServicePublication } from '../facade/service-publication.ts';
import { confirmApproval, sayApproval } from './requirements/confirm-approval.ts';
import { askApproval, requirePlan, type PlanApproval } from './requirements/approval.ts';
import { requireNoFreeze, type FreezableRequest } from './requirements/require-no-freeze.ts';
import { approvableDeploy, deployWork } from './deploy-work.ts';
import { causeOf } from './deployment-cause.ts';
import { findPrecedence } from './find-precedence.ts';
import { decideDeploy, newestSucceeded, type DeployDecision, type Superseded } from './decide-deploy.ts';
import type { DeployContext, RolloutLimits } from './deploy-context.ts';
import { isOutdated, withServiceLock } from './lock-service.ts';
import { planVerified } from './plan-verified.ts';
import { supplyImage } from './image-supply.ts';
import { takenExceptions, type DeployPlan, type DeployTarget } from './plan-deploy.ts';
import { warnOfChanges } from './warn-of-changes.ts';
import type { ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { requireRunning, type RunningRelease } from './requirements/require-running.ts';
import { rollOut } from './rollout/roll-out.ts';
import type { Rollout } from './rollout/rollout.ts';

/** How a release is deployed. */
export interface DeployOptions extends RolloutLimits {
  /** Deploys also over a newer release, and a build that is held; with a reason, into a frozen environment. */
  readonly force: boolean;
  /** Why it is deployed, kept in its record. */
  readonly reason?: string | undefined;
  /** The branch that releases are of, besides those that an environment names. */
  readonly mainBranch: string;
  /**
   * True where commits decide which release is newer (`isOlderCommit`). Where the user names the release, or the
   * environment that proved it, build numbers decide alone.
   */
  readonly comparesCommits?: boolean;
  /** The approver that is claimed, for a protected environment; `confirmApproval` asks who it was. */
  readonly approvedBy: string | undefined;
  /** The approval, for a protected environment. */
  readonly approvedPlans?: PlanApproval | undefined;
  /** Set where a preview is to have the plan also of an environment that nobody has to approve for. */
  readonly wantsPlan?: boolean;
  /** The environment that it proved itself in, of a promotion. */
  readonly from?: Environment | undefined;
  /** The obstacles before it came here that `force` overrode: `soaking`. */
  readonly lifted?: readonly string[];
  /** Awaited before anything is changed, of a release that is being tagged while it is planned: what is deployed is tagged. */
  readonly tagged?: Promise<void> | undefined;
  /** The shares in which clients' requests come to it before it is rolled out; all at once when omitted. */
  readonly canary?: CanaryPlan | undefined;
  /** Its action in the record; `deploy` when omitted. */
  readonly action?: 'deploy' | 'promote';
}

/** The same once it is known who approved. */
export interface ApprovedOptions extends DeployOptions {
  readonly approval?: Approval | undefined;
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
  const { signal } = options;
  const doing = `deploy ${service.name} to ${environment.name}`;
  const identity = async () => (await ports.cluster(environment)).identity();
  const approval = await confirmApproval({ doing, environment, approved: options, identity }, ports, reporter);
  requireNoFreeze(freezable(target, options), ports);
  try {
    return await planAndDeploy(target, { ...options, approval }, ports, reporter);
  } catch (error) {
    // Once it is recorded, an interruption says itself what became of it.
    if (!isInterruption(error) || error !== signal?.reason) throw error;
    const doing = `deploy ${service.name} ${target.release.buildNumber} to ${environment.name}`;
    throw interruptedWhile(doing, error, [`Nothing was deployed to ${environment.name}.`]);
  }
}

function freezable({ service, environment }: DeployTarget, { force, reason }: DeployOptions): FreezableRequest {
  return { doing: `deploy ${service.name} to ${environment.name}`, environment, force, reason };
}

async function planAndDeploy(
  target: DeployTarget,
  options: ApprovedOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, environment, actor } = target;
  options.signal?.throwIfAborted();
  const planned = await planVerified(target, options, ports, reporter).catch((error: unknown) =>
    supersededInstead(error, target, options, { ports, reporter }),
  );
  await options.tagged;
  if ('state' in planned) return planned;
  const { plan, publication, supply, lifted } = planned;
  const { cluster } = plan;
  if (options.canary)
    await canaryOf(target, plan, { canary: options.canary, records: await cluster.records(service.name) }, ports);
  const made = { target, options: overriding(options, lifted), plan, publication, ports };
  const asked = await withAnswer(made, reporter);
  // Before the lock: who goes back meanwhile is not kept waiting.
  await supplyImage(supply, { signal: options.signal, ports, reporter });
  return withAnnouncements({ service: service.name, signal: options.signal, ports, reporter }, (announce) =>
    withServiceLock(
      { service: service.name, environment, actor },
      { cluster, ports, limits: options, reporter, announce },
      (context) => deployLocked(asked, context),
    ),
  );
}

/**
 * Returns what a release ends with that would lose requests, if it is not to be deployed in any case: a newer one runs.
 * @throws the error otherwise.
 */
async function supersededInstead(
  error: unknown,
  target: DeployTarget,
  options: DeployOptions,
  { ports, reporter }: { readonly ports: ReleasePorts; readonly reporter: Reporter },
): Promise<Superseded> {
  const isLoss = error instanceof ProductError && error.facts.type === 'downtime';
  if (!isLoss || options.force) throw error;
  const records = await (await ports.cluster(target.environment)).records(target.service.name);
  const precedence = await findPrecedence(target, records, options, { ports, reporter });
  const { isOlder = false, commits } = precedence ?? {};
  const decision = decideDeploy(records, target.release, { force: false, changes: true, isOlder });
  if (decision.state !== 'superseded') throw error;
  return { ...decision, ...(commits ? { commits } : {}) };
}

/** Asks, before anybody has to wait for the lock, whether what is planned is approved of. @throws {Refusal} */
async function withAnswer(planned: PlannedDeploy, reporter: Reporter): Promise<PlannedDeploy> {
  const { target, options, plan } = planned;
  const { environment, service, release } = target;
  if (!environment.protected || !options.approvedPlans) return planned;
  const doing = `deploy ${service.name} ${release.buildNumber} to ${environment.name}`;
  const records = await plan.cluster.records(service.name);
  // What it has to say is said when it is decided, under the lock.
  const { decision } = await decide(planned, records, { ...reporter, step: () => {}, warn: () => {} });
  if (decision.state !== 'deploy') return planned;
  const shown = approvableDeploy(planned, records);
  const approvedPlans = await askApproval(doing, options.approvedPlans, () => Promise.resolve(shown));
  // Before an image is copied to where it is not wanted.
  requirePlan(doing, shown.work, approvedPlans);
  sayApproval(options.approval, reporter);
  return { ...planned, options: { ...options, approvedPlans } };
}

/** Adds what was overridden before it is looked at what runs. */
function overriding(options: ApprovedOptions, lifted: readonly string[]): ApprovedOptions {
  return { ...options, lifted: [...(options.lifted ?? []), ...lifted] };
}

/** A deploy that was planned. */
export interface PlannedDeploy {
  readonly target: DeployTarget;
  readonly options: ApprovedOptions;
  readonly plan: DeployPlan;
  readonly publication: ServicePublication | undefined;
  readonly ports: ReleasePorts;
}

async function deployLocked(planned: PlannedDeploy, context: DeployContext): Promise<DeployResult> {
  const { target, options } = planned;
  const { reporter } = context;
  const deploy = await currentPlan(planned, context);
  const { plan } = deploy;
  const { decision, precedence } = await decide(deploy, context.records, reporter);
  if (decision.state === 'superseded') return { ...decision, commits: precedence?.commits };
  if (decision.state === 'unchanged') await requireRunning(runningOf(target, plan), context);
  if (decision.state !== 'deploy') return decision;
  // Windows may have begun while it waited for the lock.
  const thawed = requireNoFreeze(freezable(target, options), deploy.ports);
  requireMeant(deploy, context);
  warnOfChanges(target.environment.name, plan.changes, reporter);
  // Of pods that have come meanwhile, the plan of before knew nothing.
  const exceptions = deploy === planned ? plan.exceptions : await takenExceptions(target, plan, reporter);
  const lifted = [
    ...thawed,
    ...(options.lifted ?? []),
    ...(precedence?.isDiverged ? ['diverged'] : []),
    ...decision.lifted,
  ];
  const canary = options.canary && {
    plan: options.canary,
    found: await canaryOf(target, plan, { canary: options.canary, records: context.records }, deploy.ports),
  };
  const rollout = rolloutOf({ ...deploy, plan: { ...plan, exceptions } }, { ...decision, lifted });
  return { state: 'deployed', ...(await rollOut({ ...rollout, ...(canary ? { canary } : {}) }, context)) };
}

/** Requires that what is about to be done is what somebody approved of, or confirmed. @throws {Refusal} */
function requireMeant(deploy: PlannedDeploy, { records }: DeployContext): void {
  const { service, environment, release } = deploy.target;
  const { approvedPlans, lastLook } = deploy.options;
  if (!lastLook && !(environment.protected && approvedPlans)) return;
  const work = deployWork(deploy, records);
  lastLook?.({ environment: environment.name, newest: records[0], fingerprint: PlanId.of(work).toString() });
  if (!environment.protected || !approvedPlans) return;
  requirePlan(`deploy ${service.name} ${release.buildNumber} to ${environment.name}`, work, approvedPlans);
}

/** Decides, by the records and the commits, whether what is planned is to be done. @param records newest first. @throws {Refusal} */
export async function decide(
  { target, options, plan, publication, ports }: PlannedDeploy,
  records: readonly DeploymentRecord[],
  reporter: Reporter,
) {
  const precedence = await findPrecedence(target, records, options, { ports, reporter });
  const decision = decideDeploy(records, target.release, {
    force: options.force,
    changes:
      (publication?.isNeeded ?? false) ||
      plan.changes.some(({ action }) => action !== 'unchanged') ||
      // What another deployer left of a canary is a change, too: it ends.
      canaryAmong(records) !== undefined,
    isOlder: precedence?.isOlder,
  });
  return { decision, precedence };
}

/** Plans that a release comes as a canary. @throws {Refusal} where it cannot. */
export function canaryOf(
  { environment, release }: Pick<DeployTarget, 'environment' | 'release'>,
  { cluster, objects, jobs, plan }: DeployPlan,
  { canary, records }: { readonly canary: CanaryPlan; readonly records: readonly DeploymentRecord[] },
  ports: Pick<ReleasePorts, 'metricsServer'>,
): Promise<Canary> {
  const request = { environment, release, plan: canary, objects, jobs, planOptions: plan.options };
  return planCanary({ ...request, stable: newestSucceeded(records) }, cluster, ports);
}

function runningOf({ service, environment, release }: DeployTarget, { plan }: DeployPlan): RunningRelease {
  return { environment, release, plan, doing: `deploy ${service.name} ${release.buildNumber} to ${environment.name}` };
}

/** Plans again when another deployment ran since it was planned. */
async function currentPlan(planned: PlannedDeploy, context: DeployContext): Promise<PlannedDeploy> {
  const { target, plan, ports } = planned;
  if (!isOutdated(plan.plannedAfter, context)) return planned;
  const [again, publication] = await Promise.all([
    context.cluster.plan(target.service.name, plan.objects, plan.plan.options),
    planServicePublication(target, ports),
  ]);
  return { ...planned, plan: { ...plan, plan: again, changes: again.changes }, publication };
}

function rolloutOf(
  { target, options, plan, publication, ports }: PlannedDeploy,
  { hold, fallback, lifted }: Extract<DeployDecision, { state: 'deploy' }>,
): Rollout {
  const { release, environment, actor } = target;
  return {
    environment,
    release,
    objects: plan.objects,
    plan: plan.plan,
    jobs: plan.jobs,
    renderedBy: plan.renderedBy,
    exceptions: plan.exceptions,
    actor,
    cause: causeOf({ ...target, allowBreaking: (publication?.breaking ?? []).length > 0 }, options, lifted),
    hold,
    ...(fallback
      ? {
          suspects: () => suspectsSince(fallback, target, ports),
          fallbackPublication: () => planRecordedPublication(fallback, target, ports, { direction: 'back' }),
        }
      : {}),
    fallback,
    publication,
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
