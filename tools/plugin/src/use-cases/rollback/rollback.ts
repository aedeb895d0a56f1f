import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentRecord, Hold } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import { ImageRef } from '../../model/release/image-ref.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { stampActor } from '../../model/manifests/actor.ts';
import { serviceContainerOf } from '../../model/manifests/rules/pod-templates.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { changesBesidesImage } from '../../model/rollback/rollback-scope.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import { newestSucceeded } from '../deploy/decide-deploy.ts';
import { warnOfTakeOvers } from '../deploy/deploy.ts';
import { findRelease } from '../revision/find-release.ts';
import { isOutdated, withServiceLock } from '../deploy/lock-service.ts';
import type { ChangeSet, Cluster, Plan } from '../../ports/cluster.ts';
import { requireProvisioning } from '../deploy/provisioning-needs.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { DeployContext, RolloutLimits } from '../deploy/deploy-context.ts';
import { rollOut } from '../deploy/roll-out.ts';
import type { Rollout } from '../deploy/rollout.ts';

/** The service to roll back, and the release to restore. */
export interface RollbackRequest {
  readonly service: ServiceSource;
  readonly environment: Environment;
  /** Names of all environments: a manifest named like one is that one's overlay. */
  readonly environmentNames: readonly string[];
  /** A build, or a deployment of it; without one the last good release before the one that runs. */
  readonly to: BuildNumber | DeploymentRecord | undefined;
  readonly actor: Actor;
  /** Why, as the person gave it. */
  readonly reason: string | undefined;
}

/** The predicted effect of a rollback. */
export interface RollbackPlan {
  readonly request: RollbackRequest;
  readonly cluster: Cluster;
  /** The newest deployment: what is left. */
  readonly from: DeploymentRecord;
  readonly release: Release;
  readonly objects: readonly KubernetesObject[];
  readonly plan: Plan;
  readonly changes: ChangeSet;
  readonly hold: Hold | undefined;
}

/** The result of a rollback. */
export type RollbackResult =
  | {
      readonly state: 'rolled-back';
      readonly changes: ChangeSet;
      readonly record: DeploymentRecord;
      readonly hold: Hold | undefined;
    }
  | { readonly state: 'unchanged' };

/**
 * Finds out all that going back needs, and dry-runs it: the release succeeded here before, and its image is still in
 * the registry. Changes nothing.
 * @throws {Refusal} when it cannot be done.
 */
export async function planRollback(request: RollbackRequest, ports: ReleasePorts): Promise<RollbackPlan> {
  const { service, environment } = request;
  const cluster = await ports.cluster(environment);
  const [records] = await Promise.all([cluster.records(service.name), cluster.check()]);
  const [from] = records;
  if (!from) throw nothingDeployed(request);
  const { release, manifests } = await chooseTarget(request, from, records, ports);
  const objects = stampActor(manifests, request.actor);
  const [plan] = await Promise.all([
    cluster.plan(service.name, objects),
    requireProvisioning(objects, environment, cluster, doingOf(request)),
    refuseMissing(request, release, objects, ports),
  ]);
  return {
    request,
    cluster,
    from,
    release,
    objects,
    plan,
    changes: plan.changes,
    hold: holdAfter(request, records, release.buildNumber, ports),
  };
}

/**
 * Goes back: a forward deploy of the manifests and the digest of then. No build. The build that is left is held.
 * @throws {Refusal} when something else was deployed since the plan was made; nothing was changed then.
 * @throws {Failure} when what is gone back to does not get ready; what serves goes on serving.
 */
export async function rollBack(
  rollback: RollbackPlan,
  limits: RolloutLimits,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<RollbackResult> {
  const { request, cluster } = rollback;
  const { service, environment, actor } = request;
  return withAnnouncements({ service: service.name, signal: limits.signal, ports, reporter }, (announce) =>
    withServiceLock(
      { service: service.name, environment, actor },
      { cluster, ports, limits, reporter, announce },
      (context) => rollBackLocked(rollback, context),
    ),
  );
}

async function rollBackLocked(rollback: RollbackPlan, context: DeployContext): Promise<RollbackResult> {
  const { request, from, release, objects, hold } = rollback;
  const { service, environment, actor, reason } = request;
  const [newest] = context.records;
  if (newest && newest.sequence !== from.sequence) throw movedOn(request, newest);
  const plan = isOutdated(from, context) ? await context.cluster.plan(service.name, objects) : rollback.plan;
  const runs = newest?.outcome === 'succeeded' && newest.release.buildNumber.equals(release.buildNumber);
  if (runs && plan.changes.every(({ action }) => action === 'unchanged')) return { state: 'unchanged' };
  warnOfTakeOvers(environment.name, plan.changes, context.reporter);
  const rollout: Rollout = {
    environment,
    release,
    objects,
    plan,
    // Rolling back neither runs migrations nor reverts them.
    jobs: [],
    actor,
    cause: { action: 'rollback', ...(reason === undefined ? {} : { reason }) },
    hold,
    // What was left is not restored when this fails: it is what the rollback is to end.
    fallback: undefined,
  };
  return { state: 'rolled-back', hold, ...(await rollOut(rollout, context)) };
}

/** Lines that tell what going back would do, and what goes back with the code. */
export async function describeRollback(
  { request, from, release, objects }: RollbackPlan,
  { repository }: WithRepository<SourceFiles>,
): Promise<string[]> {
  const { service, environment } = request;
  const also = changesBesidesImage(service.name, from.manifests, objects);
  const path = `${service.root}/openapi.yaml`;
  const textAt = async (commit: string) => (await repository.texts(commit, path)).get(path);
  // Whether the API differs is told where it can be; going back must not fail for it.
  const [now, then] = await Promise.all([from.release.commit, release.commit].map(textAt)).catch(() => []);
  const target = `${release.buildNumber} (${shortCommit(release.commit)})`;
  return [
    from.release.buildNumber.equals(release.buildNumber)
      ? `${environment.name}: resuming the rollback to ${target}, which ${from.actor.person} began at ${from.startedAt}`
      : `${environment.name}: ${from.release.buildNumber} (${shortCommit(from.release.commit)}) rolls back to ${target}`,
    ...(also.length > 0 ? [`${environment.name}: also rolled back: ${also.join(', ')}`] : []),
    ...(now === then ? [] : [`${environment.name}: also rolled back: the API (${path} differs)`]),
  ];
}

/** Returns the deployment to repeat. @throws {Refusal} when there is none that succeeded here. */
async function chooseTarget(
  request: RollbackRequest,
  from: DeploymentRecord,
  records: readonly DeploymentRecord[],
  ports: ReleasePorts,
): Promise<DeploymentRecord> {
  const { to } = request;
  const good = records.filter(({ outcome }) => outcome === 'succeeded');
  if (to === undefined) {
    // A rollback that did not end well is what the same command goes on with: further back would be a surprise.
    if (from.cause.action === 'rollback' && from.outcome !== 'succeeded') return from;
    const last = good.find(({ release }) => from.release.buildNumber.isNewerThan(release.buildNumber));
    if (!last) throw nothingBefore(request, from);
    return last;
  }
  if (!(to instanceof BuildNumber)) return to;
  const left = holdOf(records)?.buildNumber;
  const newest = left?.isNewerThan(from.release.buildNumber) ? left : from.release.buildNumber;
  if (to.isNewerThan(newest)) throw newerThanAll(request, to, from);
  const target = good.find(({ release }) => release.buildNumber.equals(to));
  if (target) return target;
  await findRelease(request.service.name, to, ports);
  throw neverSucceeded(request, to, records);
}

/** @throws {Refusal} when the image that would run is no longer in its registry. */
async function refuseMissing(
  { service, environment }: RollbackRequest,
  release: Release,
  objects: readonly KubernetesObject[],
  { registry }: Pick<ReleasePorts, 'registry'>,
): Promise<void> {
  for (const object of objects) {
    const container = serviceContainerOf(object, service.name);
    const image = container && ImageRef.parse(String(container['image']));
    if (!image || (await registry.digest(image)) !== undefined) continue;
    throw new Refusal({
      type: 'image-missing',
      doing: `roll ${service.name} back to ${release.buildNumber} in ${environment.name}`,
      reason: `The registry no longer has ${image}.`,
      remedy: 'Choose another release with --tag, or push the image there again by its digest.',
    });
  }
}

/** The hold that stands when one has gone to a release: on the newest build that was left, if that is a newer one. */
function holdAfter(
  { actor, reason }: RollbackRequest,
  records: readonly DeploymentRecord[],
  to: BuildNumber,
  { clock }: Pick<ReleasePorts, 'clock'>,
): Hold | undefined {
  const before = holdOf(records);
  const { buildNumber } = records[0]!.release;
  const isLeftAlready = before !== undefined && !buildNumber.isNewerThan(before.buildNumber);
  const why = reason === undefined ? {} : { reason };
  const hold = isLeftAlready ? before : { buildNumber, actor, ...why, since: clock().toISOString() };
  return hold.buildNumber.isNewerThan(to) ? hold : undefined;
}

function doingOf({ service, environment }: RollbackRequest): string {
  return `roll ${service.name} back in ${environment.name}`;
}

function nothingDeployed(request: RollbackRequest): Refusal {
  const { service, environment } = request;
  return new Refusal({
    type: 'nothing-deployed',
    doing: doingOf(request),
    reason: `No deployment of ${service.name} is recorded there.`,
    remedy: `Deploy a release with \`nx run ${service.name}:k8s-deploy --env=${environment.name}\`.`,
  });
}

function nothingBefore(request: RollbackRequest, from: DeploymentRecord): Refusal {
  return new Refusal({
    type: 'nothing-before',
    doing: doingOf(request),
    reason: `No successful deployment before ${from.release.buildNumber} is recorded in ${request.environment.name}.`,
    remedy: `Deploy an older release: ${deployCommand(request, undefined)} (\`nx run ${request.service.name}:history --env=${request.environment.name}\` shows what was there).`,
  });
}

/** Returns the refusal of a build that has neither approval nor proof for here: putting it in is a deploy, with its rules. */
function neverSucceeded(request: RollbackRequest, to: BuildNumber, records: readonly DeploymentRecord[]): Refusal {
  const { service, environment } = request;
  return new Refusal({
    type: 'never-succeeded-there',
    doing: `roll ${service.name} back to ${to} in ${environment.name}`,
    reason: `No deployment of it that succeeded is recorded in ${environment.name}.`,
    remedy: `Choose one of \`nx run ${service.name}:history --env=${environment.name}\`, or deploy it: ${deployCommand(request, to, records)}.`,
  });
}

/** Returns the command that puts a release in that is older than what runs: for a protected environment with its proof. */
function deployCommand(
  { service, environment, environmentNames }: RollbackRequest,
  to: BuildNumber | undefined,
  records?: readonly DeploymentRecord[],
): string {
  const isOlder = records === undefined || to === undefined || isKeptOut(to, records);
  const isPromotion = environment.protected && environmentNames.indexOf(environment.name) > 0;
  const command = isPromotion ? `promote --to=${environment.name}` : `k8s-deploy --env=${environment.name}`;
  const options = `${isOlder ? ' --force' : ''}${environment.protected ? ' --approve' : ''}`;
  return `\`nx run ${service.name}:${command} --tag=${to ?? '…'}${options}\``;
}

/** Reports whether a deploy of a build needs `--force`. */
function isKeptOut(build: BuildNumber, records: readonly DeploymentRecord[]): boolean {
  const running = newestSucceeded(records)?.release.buildNumber;
  return (running?.isNewerThan(build) ?? false) || isHeldBack(build, holdOf(records));
}

function newerThanAll(request: RollbackRequest, to: BuildNumber, from: DeploymentRecord): Refusal {
  const { service, environment } = request;
  return new Refusal({
    type: 'not-back',
    doing: doingOf(request),
    reason: `${to} is newer than ${from.release.buildNumber}, which was deployed last.`,
    remedy: `Go forward with \`nx run ${service.name}:k8s-deploy --env=${environment.name} --tag=${to}\`.`,
  });
}

function movedOn(request: RollbackRequest, newest: DeploymentRecord): Refusal {
  return new Refusal({
    type: 'moved-on',
    doing: doingOf(request),
    reason: `${newest.actor.person} (${newest.actor.run}) deployed ${newest.release.buildNumber} (${newest.cause.action}, ${newest.outcome}) after this rollback was planned.`,
    remedy: 'Review it, then run the rollback again.',
  });
}
