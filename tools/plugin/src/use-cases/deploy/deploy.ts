import type { Commit } from '../../model/commits/commit.ts';
import { canaryAmong } from '../../model/canary/canary-progress.ts';
import type { CanaryPlan, DeploymentCause, DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { interruptedWhile, isInterruption } from '../../model/errors/interruption.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import type { Canary } from '../canary/canary-context.ts';
import { planCanary } from '../canary/plan-canary.ts';
import { planRecordedPublication, planServicePublication } from '../facade/plan-service-publication.ts';
import type { ServicePublication } from '../facade/service-publication.ts';
import { requireApproval } from './requirements/approval.ts';
import { requireNoFreeze, type FreezableRequest } from './requirements/require-no-freeze.ts';
import { describeBoth, isOlderCommit, type BothCommits } from './requirements/commit-precedence.ts';
import { decideDeploy, newestSucceeded, type DeployDecision, type Superseded } from './decide-deploy.ts';
import type { DeployContext, RolloutLimits } from './deploy-context.ts';
import { isOutdated, withServiceLock } from './lock-service.ts';
import { planVerified } from './plan-verified.ts';
import { supplyImage } from './image-supply.ts';
import { takenExceptions, type DeployPlan, type DeployTarget } from './plan-deploy.ts';
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
  /** The approver for a protected environment. */
  readonly approvedBy: string | undefined;
  /** The obstacles before it came here that `force` overrode: `soaking`. */
  readonly lifted?: readonly string[];
  /** The shares in which clients' requests come to it before it is rolled out; all at once when omitted. */
  readonly canary?: CanaryPlan | undefined;
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
  requireNoFreeze(freezable(target, options), ports);
  try {
    return await planAndDeploy(target, options, ports, reporter);
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
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, environment, actor } = target;
  options.signal?.throwIfAborted();
  const planned = await planVerified(target, options, ports, reporter).catch((error: unknown) =>
    supersededInstead(error, target, options, { ports, reporter }),
  );
  if ('state' in planned) return planned;
  const { plan, publication, supply, lifted } = planned;
  const { cluster } = plan;
  if (options.canary)
    await canaryOf(target, plan, { canary: options.canary, records: await cluster.records(service.name) }, ports);
  // Before the lock: who goes back meanwhile is not kept waiting.
  await supplyImage(supply, { signal: options.signal, ports, reporter });
  return withAnnouncements({ service: service.name, signal: options.signal, ports, reporter }, (announce) =>
    withServiceLock(
      { service: service.name, environment, actor },
      { cluster, ports, limits: options, reporter, announce },
      (context) => deployLocked({ target, options: overriding(options, lifted), plan, publication, ports }, context),
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

/** Adds what was overridden before it is looked at what runs. */
function overriding(options: DeployOptions, lifted: readonly string[]): DeployOptions {
  return { ...options, lifted: [...(options.lifted ?? []), ...lifted] };
}

/** A deploy that was planned. */
interface PlannedDeploy {
  readonly target: DeployTarget;
  readonly options: DeployOptions;
  readonly plan: DeployPlan;
  readonly publication: ServicePublication | undefined;
  readonly ports: ReleasePorts;
}

async function deployLocked(planned: PlannedDeploy, context: DeployContext): Promise<DeployResult> {
  const { target, options } = planned;
  const { reporter } = context;
  const deploy = await currentPlan(planned, context);
  const { plan, publication } = deploy;
  const precedence = await findPrecedence(target, context.records, options, { ports: deploy.ports, reporter });
  const decision = decideDeploy(context.records, target.release, {
    force: options.force,
    changes:
      (publication?.isNeeded ?? false) ||
      plan.changes.some(({ action }) => action !== 'unchanged') ||
      // What another deployer left of a canary is a change, too: it ends.
      canaryAmong(context.records) !== undefined,
    isOlder: precedence?.isOlder,
  });
  if (decision.state === 'superseded') return { ...decision, commits: precedence?.commits };
  if (decision.state === 'unchanged') await requireRunning(runningOf(target, plan), context);
  if (decision.state !== 'deploy') return decision;
  // Windows may have begun while it waited for the lock.
  const thawed = requireNoFreeze(freezable(target, options), deploy.ports);
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

/** The order of a release and of what runs, by their commits. */
interface Precedence {
  readonly isOlder: boolean;
  /** Set when one of them is older, by its commit or its number. */
  readonly commits?: BothCommits;
  /** True when what runs is of another branch, which `force` overrides. */
  readonly isDiverged?: boolean;
}

/**
 * Compares a release with what runs in its environment, by their commits.
 * @param records newest first. @returns undefined where the commits are not to decide, or nothing runs.
 * @throws {Refusal} when what runs is of another branch.
 */
export async function findPrecedence(
  { release, environment }: Pick<DeployTarget, 'release' | 'environment'>,
  records: readonly DeploymentRecord[],
  { mainBranch, comparesCommits = false, force }: Pick<DeployOptions, 'mainBranch' | 'comparesCommits' | 'force'>,
  { ports, reporter }: { readonly ports: Pick<ReleasePorts, 'repository'>; readonly reporter: Reporter },
): Promise<Precedence | undefined> {
  const running = newestSucceeded(records)?.release;
  if (running === undefined || !comparesCommits) return undefined;
  const request = { environment, release, running, mainBranch };
  if (force) return forcedPrecedence(isOlderCommit(request, ports, reporter));
  const isOlder = await isOlderCommit(request, ports, reporter);
  const isShown = isOlder || running.buildNumber.isNewerThan(release.buildNumber);
  return { isOlder, ...(isShown ? { commits: await describeBoth(request, ports) } : {}) };
}

/** Says what would have stood in the way: where it is forced, nothing of it does, and nothing need be known. */
async function forcedPrecedence(comparing: Promise<boolean>): Promise<Precedence | undefined> {
  try {
    return { isOlder: await comparing };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return error.facts.type === 'diverged' ? { isOlder: false, isDiverged: true } : undefined;
  }
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

/** Warns of fields that are taken from other owners, and of what the cluster warns of. */
export function warnOfChanges(environment: string, changes: ChangeSet, reporter: Reporter): void {
  for (const { kind, name, takenOver = [], warnings = [] } of changes) {
    for (const text of warnings) reporter.warn(`${environment}: ${kind} ${name}: the cluster warns: ${text}`);
    for (const field of takenOver) reporter.warn(`${environment}: takes over ${kind} ${name}: ${field}`);
  }
}

/** Returns why it is deployed, with what was overridden. */
function causeOf(
  { allowDowntime, adopt, allowBreaking = false, environment }: DeployTarget,
  { approvedBy, reason, action = 'deploy' }: DeployOptions,
  lifted: readonly string[],
): DeploymentCause {
  // Of `--force`, what stood in the way and nothing else: it is given more often than it is needed.
  const given = {
    [`--force (${lifted.join(', ')})`]: lifted.length > 0,
    '--allow-downtime': allowDowntime,
    // Where nothing is protected it takes no option.
    '--allow-breaking': allowBreaking && environment.protected,
    '--adopt': adopt,
  };
  const overrides = Object.entries(given).flatMap(([option, isGiven]) => (isGiven ? [option] : []));
  return {
    action,
    ...(reason === undefined ? {} : { reason }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(overrides.length > 0 ? { overrides } : {}),
  };
}
