import { inFolder } from '../../model/workspace/places.ts';
import { dirname } from 'node:path/posix';
import { allEnded } from '../../model/concurrency/all-ended.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentRecord, Hold } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { isCanaryOn } from '../../model/canary/canary-progress.ts';
import { describeHold, holdOf } from '../../model/rollback/hold.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { stampActor } from '../../model/manifests/actor.ts';
import { serviceContainerOf } from '../../model/manifests/rules/pod-templates.ts';
import type { Release } from '../../model/release/release.ts';
import { changesBesidesImage } from '../../model/rollback/rollback-scope.ts';
import type { DowntimeRisk } from '../../model/manifests/rules/downtime/downtime-risk.ts';
import { downtimeExceptions } from '../../model/manifests/rules/downtime/no-downtime.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import { newestSucceeded } from '../deploy/decide-deploy.ts';
import { warnOfChanges } from '../deploy/warn-of-changes.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import type { ServicePublication } from '../facade/service-publication.ts';
import { findRelease } from '../revision/find-release.ts';
import { isOutdated, withServiceLock } from '../deploy/lock-service.ts';
import type { ChangeSet, Cluster, Plan } from '../../ports/cluster.ts';
import { platformDoubts } from '../deploy/requirements/require-platforms.ts';
import { requireProvisioning } from '../deploy/requirements/provisioning-needs.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { DeployContext, RolloutLimits } from '../deploy/deploy-context.ts';
import { requireRunning } from '../deploy/requirements/require-running.ts';
import { rollOut } from '../deploy/rollout/roll-out.ts';
import type { Rollout } from '../deploy/rollout/rollout.ts';
import { verifyRecorded } from '../verify/verify-release.ts';
import { holdAfter } from './hold-after.ts';
import { rollbackFingerprint } from './rollback-fingerprint.ts';
import { lossesGoingBack } from './losses-going-back.ts';
import {
  doingOf,
  movedOn,
  neverSucceeded,
  newerThanAll,
  noSuchRecord,
  nothingBefore,
  nothingDeployed,
} from './rollback-refusals.ts';

/** A service that is rolled back; its record has all that is needed, so one that left the workspace goes back as well. */
export interface RollbackService extends Pick<ServiceSource, 'name'> {
  /** Its folder, relative to the workspace's root; undefined when the workspace has no such service any more. */
  readonly root: string | undefined;
}

/** The service to roll back, and the release to restore. */
export interface RollbackRequest {
  readonly service: RollbackService;
  readonly environment: Environment;
  /** Names of all environments: a manifest named like one is that one's overlay. */
  readonly environmentNames: readonly string[];
  /** The branch that releases are of, besides those that the environment names. */
  readonly mainBranch: string;
  /** A build, or a deployment of it; without one the last good release before the one that runs. */
  readonly to: BuildNumber | Pick<DeploymentRecord, 'sequence'> | undefined;
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
  /** The APIs that were published with it. */
  readonly publishes: DeploymentRecord['publishes'];
  readonly objects: readonly KubernetesObject[];
  /** The program that had rendered them, with its version; nothing is rendered now. */
  readonly renderedBy: DeploymentRecord['renderedBy'];
  readonly plan: Plan;
  readonly changes: ChangeSet;
  /** Requests that may fail, because Services find no pods for a while. */
  readonly losses: readonly DowntimeRisk[];
  /** Reasons for which its image may not run on the machines there: sentences. Going back is not refused for it. */
  readonly doubts: readonly string[];
  /** The APIs that go back at the door; undefined where there is no door besides the gateway, or no description. */
  readonly publication: ServicePublication | undefined;
  readonly hold: Hold | undefined;
  /** The hold that ends: the held release itself is what comes back. */
  readonly endedHold: Hold | undefined;
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
  const target = await chooseTarget(request, from, records, ports);
  const { release, manifests } = target;
  const objects = stampActor(manifests, request.actor);
  const planning = cluster.plan(service.name, objects);
  const publishing = planPublication(request, target, ports);
  const images = imagesOf(objects, service.name);
  const [image] = images;
  const doubting = image ? platformDoubts({ release, environment, objects, image }, ports) : [];
  // Nothing of it goes on when one is refused: others are planned after it.
  await allEnded([
    planning,
    publishing,
    requireProvisioning(objects, environment, cluster, doingOf(request)),
    verify(request, release, images, ports),
  ]);
  const plan = await planning;
  const hold = holdAfter(request, records, release.buildNumber, ports);
  return {
    request,
    cluster,
    from,
    release,
    publishes: target.publishes,
    objects,
    renderedBy: target.renderedBy,
    plan,
    changes: plan.changes,
    losses: lossesGoingBack((newestSucceeded(records) ?? from).manifests, objects, plan),
    doubts: await doubting,
    publication: await publishing,
    hold,
    endedHold: hold === undefined ? holdOf(records) : undefined,
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
  // Who goes back is not kept waiting by a canary's judge.
  const { from } = rollback;
  if (from.outcome === 'running' && isCanaryOn(from)) await cluster.askCanary(from, { goal: 'abort', actor });
  return withAnnouncements({ service: service.name, signal: limits.signal, ports, reporter }, (announce) =>
    withServiceLock(
      { service: service.name, environment, actor },
      { cluster, ports, limits, reporter, announce },
      (context) => rollBackLocked(rollback, ports, context),
    ),
  );
}

async function rollBackLocked(
  rollback: RollbackPlan,
  ports: ReleasePorts,
  context: DeployContext,
): Promise<RollbackResult> {
  const { request, from, release, objects, hold } = rollback;
  const { service, environment, actor, reason } = request;
  const [newest] = context.records;
  if (newest && newest.sequence !== from.sequence) throw movedOn(request, newest);
  const isOld = isOutdated(from, context);
  const plan = isOld ? await context.cluster.plan(service.name, objects) : rollback.plan;
  const publication = isOld ? await planPublication(request, rollback, ports) : rollback.publication;
  const runs = newest?.outcome === 'succeeded' && newest.release.buildNumber.equals(release.buildNumber);
  if (runs && !publication?.isNeeded && plan.changes.every(({ action }) => action === 'unchanged')) {
    await requireRunning({ environment, release, plan, doing: doingOf(request) }, context);
    return { state: 'unchanged' };
  }
  const fingerprint = rollbackFingerprint({ ...rollback, changes: plan.changes, publication });
  context.limits.lastLook?.({ environment: environment.name, newest, fingerprint });
  warnOfChanges(environment.name, plan.changes, context.reporter);
  const running = (newestSucceeded(context.records) ?? from).manifests;
  const losses = isOld ? lossesGoingBack(running, objects, plan) : rollback.losses;
  for (const { line } of losses) context.reporter.warn(`${environment.name}: ${line}`);
  for (const doubt of rollback.doubts) context.reporter.warn(doubt);
  const rollout: Rollout = {
    ...{ environment, release, objects, plan, renderedBy: rollback.renderedBy },
    exceptions: downtimeExceptions(service.name, objects, losses),
    // Rolling back neither runs migrations nor reverts them.
    jobs: [],
    actor,
    cause: { action: 'rollback', ...(reason === undefined ? {} : { reason }) },
    hold,
    // What was left is not restored when this fails: it is what the rollback is to end.
    fallback: undefined,
    publication,
  };
  return { state: 'rolled-back', hold, ...(await rollOut(rollout, context)) };
}

/** Plans what goes back at the door. A service that left the workspace has its description where it was then. */
async function planPublication(
  { service, environment, actor }: RollbackRequest,
  { release, publishes = [] }: Pick<DeploymentRecord, 'release' | 'publishes'>,
  ports: ReleasePorts,
): Promise<ServicePublication | undefined> {
  const [first] = publishes;
  const root = service.root ?? (first && dirname(first.file));
  if (root === undefined) return undefined;
  const target = { service: { name: service.name, root }, release, environment, actor };
  return planServicePublication(target, ports, { direction: 'back' });
}

/** Lines that tell what going back would do, and what goes back with the code. */
export async function describeRollback(
  { request, from, release, objects, publication, endedHold }: RollbackPlan,
  { repository }: WithRepository<SourceFiles>,
): Promise<string[]> {
  const { service, environment } = request;
  const also = changesBesidesImage(service.name, from.manifests, objects);
  const path = inFolder(service.root ?? '.', 'openapi.yaml');
  const textAt = async (commit: string) =>
    service.root === undefined ? undefined : (await repository.texts(commit, path)).get(path);
  // Whether the API differs is told where it can be; going back must not fail for it.
  const [now, then] = await Promise.all([from.release.commit, release.commit].map(textAt)).catch(() => []);
  const target = `${release.buildNumber} (${shortCommit(release.commit)})`;
  return [
    from.release.buildNumber.equals(release.buildNumber)
      ? `${environment.name}: resuming the rollback to ${target}, which ${from.actor.person} began at ${from.startedAt}`
      : `${environment.name}: ${from.release.buildNumber} (${shortCommit(from.release.commit)}) rolls back to ${target}`,
    ...(endedHold ? [`${environment.name}: ends a hold: ${describeHold(endedHold, environment.name)}`] : []),
    ...(also.length > 0 ? [`${environment.name}: also rolled back: ${also.join(', ')}`] : []),
    ...(service.root === undefined
      ? [
          `${environment.name}: ${service.name} is not in this workspace any more: it rolls back to what its record holds`,
        ]
      : []),
    ...(now === then ? [] : [`${environment.name}: also rolled back: the API (${path} differs)`]),
    ...(from.publishes && !publication
      ? [`${environment.name}: its API stays published as it is: ${release.buildNumber} has no description of it`]
      : []),
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
  if (!(to instanceof BuildNumber)) {
    const meant = records.find(({ sequence }) => sequence === to.sequence);
    if (meant) return meant;
    throw noSuchRecord(request.environment, request.service.name, to.sequence);
  }
  const left = holdOf(records)?.buildNumber;
  const newest = left?.isNewerThan(from.release.buildNumber) ? left : from.release.buildNumber;
  if (to.isNewerThan(newest)) throw newerThanAll(request, to, from);
  const target = good.find(({ release }) => release.buildNumber.equals(to));
  if (target) return target;
  await findRelease(request.service.name, to, ports);
  throw neverSucceeded(request, to, records);
}

/** Returns the images of the service among objects, as its record has them. */
function imagesOf(objects: readonly KubernetesObject[], service: string): ImageRef[] {
  return objects.flatMap((object) => {
    const container = serviceContainerOf(object, service);
    return (container && ImageRef.parse(String(container['image']))) ?? [];
  });
}

/** Makes sure that what is gone back to is what its record says, and its image is still there. @throws {Refusal} */
function verify(
  { service, environment, mainBranch }: RollbackRequest,
  release: Release,
  images: readonly ImageRef[],
  ports: ReleasePorts,
): Promise<void> {
  const doing = `roll ${service.name} back to ${release.buildNumber} in ${environment.name}`;
  return verifyRecorded({ release, environment, mainBranch, doing }, ports, images);
}
