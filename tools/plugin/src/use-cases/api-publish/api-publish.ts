import { inFolder } from '../../model/workspace/places.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import { typedOverrides, type PlannedWork } from '../../model/plan/planned-work.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { confirmApproval, sayApproval } from '../deploy/requirements/confirm-approval.ts';
import { askApproval, requirePlan, type PlanApproval, type ApprovablePlan } from '../deploy/requirements/approval.ts';
import { checkFreeze } from '../deploy/requirements/require-no-freeze.ts';
import { withServiceLock } from '../deploy/lock-service.ts';
import { publish } from '../facade/publish.ts';
import type { RevisionCheck } from '../facade/publish-request.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import type { ServicePublication } from '../facade/service-publication.ts';
import { findRelease } from '../revision/find-release.ts';
import { verifyRecorded, verifyRelease } from '../verify/verify-release.ts';

/** A service whose API is published as it should be, by itself. */
export interface ApiPublishRequest {
  readonly service: ServiceSource;
  readonly environment: Environment;
  /** The build; undefined for the one that runs. */
  readonly build: BuildNumber | undefined;
  /** The branch that releases are of, besides those that the environment names. */
  readonly mainBranch: string;
  readonly actor: Actor;
  readonly dryRun: boolean;
  readonly allowBreaking: boolean;
  /** The approver that is claimed, for a protected environment; `confirmApproval` asks who it was. */
  readonly approvedBy: string | undefined;
  /** The approval, for a protected environment. */
  readonly approvedPlans?: PlanApproval | undefined;
  readonly signal?: AbortSignal;
  /** Checks a revision before clients find it. */
  readonly check?: RevisionCheck;
}

/** The result of a publication: the release, and whether anything was to be done. */
export interface ApiPublishResult {
  readonly state: 'planned' | 'published' | 'unchanged';
  readonly release: Release;
  /** The plan that needs an approval, in a protected environment. */
  readonly plan?: ApprovablePlan;
}

/**
 * Publishes a release's API in an environment where its code serves already: what a release does besides, alone. Nothing,
 * where the door is as it should be.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} naming what was done; the same
 * command continues.
 */
export async function publishApi(
  request: ApiPublishRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<ApiPublishResult> {
  const { service, environment, actor, dryRun, signal } = request;
  requireFacade(request);
  const identity = async () => (await ports.cluster(environment)).identity();
  const change = { doing: doingOf(request), environment, approved: request, identity };
  const approval = dryRun ? undefined : await confirmApproval(change, ports, reporter);
  checkFreeze({ doing: doingOf(request), environment, dryRun, instead: deploying(request) }, ports, reporter);
  const cluster = await ports.cluster(environment);
  await cluster.check();
  if (dryRun) {
    const planned = await plan(request, await cluster.records(service.name), ports);
    const { release, publication } = planned;
    for (const line of publication.breaking) reporter.warn(line);
    for (const line of publication.plannedLines()) reporter.step(line);
    const isToApprove = environment.protected && publication.isNeeded;
    return { state: 'planned', release, ...(isToApprove ? { plan: approvable(request, planned) } : {}) };
  }
  const approvedPlans = await answer(request, async () => plan(request, await cluster.records(service.name), ports));
  sayApproval(approval, reporter);
  const limits = { timeoutMs: 0, ...(signal ? { signal } : {}) };
  // Nothing is deployed: the forge hears nothing.
  const equipment = { cluster, ports, limits, reporter, announce: () => ({ end: () => undefined }) };
  return withServiceLock({ service: service.name, environment, actor }, equipment, async ({ records, lock }) => {
    const planned = await plan(request, records, ports);
    const { release, publication } = planned;
    if (approvedPlans && publication.isNeeded) requirePlan(doingOf(request), workOf(request, planned), approvedPlans);
    const stop = AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]);
    const isNeeded = publication.isNeeded;
    await publish(publication, { reporter, signal: stop });
    return { state: isNeeded ? 'published' : 'unchanged', release };
  });
}

/** A release and what is to be published of it. */
interface PlannedPublication {
  readonly release: Release;
  readonly publication: ServicePublication;
}

/** Returns what is approved of; undefined where nobody has to approve. @throws {Refusal} when somebody is asked, and does not. */
async function answer(
  request: ApiPublishRequest,
  planning: () => Promise<PlannedPublication>,
): Promise<PlanApproval | undefined> {
  if (!request.environment.protected || !request.approvedPlans) return undefined;
  return askApproval(doingOf(request), request.approvedPlans, async () => {
    const planned = await planning();
    return planned.publication.isNeeded ? approvable(request, planned) : undefined;
  });
}

function workOf(
  { environment, allowBreaking }: ApiPublishRequest,
  { release, publication }: PlannedPublication,
): PlannedWork {
  return {
    ...{ action: 'publish', service: release.service, environment: environment.name },
    ...{ build: release.buildNumber.toString(), digest: release.imageDigest, commit: release.commit },
    ...{ contentHash: release.contentHash, differences: [], objects: [], publishes: publication.toPlan() },
    options: typedOverrides({ allowBreaking }),
  };
}

function approvable(request: ApiPublishRequest, planned: PlannedPublication): ApprovablePlan {
  const work = workOf(request, planned);
  return { id: PlanId.of(work), work, changes: [], notes: planned.publication.plannedLines() };
}

async function plan(
  request: ApiPublishRequest,
  records: readonly DeploymentRecord[],
  ports: ReleasePorts,
): Promise<PlannedPublication> {
  const { service, environment, actor, allowBreaking, check } = request;
  const release = await chooseRelease(request, records, ports);
  const target = { service, release, environment, actor, allowBreaking, check };
  const publication = await planServicePublication(target, ports);
  if (publication) return { release, publication };
  throw new Refusal({
    type: 'no-api',
    doing: doingOf(request),
    reason: `${release.buildNumber} has no description of an API (${inFolder(service.root, 'openapi.yaml')}).`,
    remedy: 'Describe it there, and release it.',
  });
}

/** Returns the release to publish. @throws {Refusal} when its code does not serve yet: clients would call what is not there. */
async function chooseRelease(
  request: ApiPublishRequest,
  records: readonly DeploymentRecord[],
  ports: ReleasePorts,
): Promise<Release> {
  const { service, environment, build } = request;
  // One that failed at the door alone serves.
  const running = records.find(({ outcome, published }) => outcome === 'succeeded' || published !== undefined)?.release;
  const wanted = build === undefined ? running : await findRelease(service.name, build, ports);
  if (running && wanted && !wanted.buildNumber.isNewerThan(running.buildNumber)) {
    await verify(request, wanted, ports);
    return wanted;
  }
  throw new Refusal({
    type: 'not-deployed',
    doing: doingOf(request),
    reason: running
      ? `${wanted!.buildNumber} does not run in ${environment.name}: ${running.buildNumber} does.`
      : `No deployment of it to ${environment.name} has succeeded: clients would find an API that nothing answers.`,
    remedy: `Deploy it, which publishes its API: \`nx run ${service.name}:k8s-deploy --env=${environment.name}${build === undefined ? '' : ` --tag=${build}`}\`.`,
  });
}

/** Makes sure that a release is what its tag says or, of the one that runs, its record. @throws {Refusal} */
async function verify(request: ApiPublishRequest, release: Release, ports: ReleasePorts): Promise<void> {
  const { service, environment, mainBranch, build } = request;
  if (build !== undefined) await verifyRelease({ service, release, environment }, { mainBranch }, ports);
  else await verifyRecorded({ release, environment, mainBranch, doing: doingOf(request) }, ports);
}

function requireFacade(request: ApiPublishRequest): void {
  const { environment } = request;
  if (environment.facade) return;
  throw new Refusal({
    type: 'no-facade',
    doing: doingOf(request),
    reason: `Clients of ${environment.name} call its gateway: its file names no \`facade\`.`,
    remedy: `There, the routes among its manifests publish the API, with each deployment. For API Management write \`facade\` into the environment's file (docs/environments.md).`,
  });
}

/** Only records of deployments keep what overrode a freeze. */
function deploying({ service, environment }: ApiPublishRequest): string {
  return `now by a deployment, which publishes it, too: \`nx run ${service.name}:k8s-deploy --env=${environment.name} --force --reason=…\`.`;
}

function doingOf({ service, environment }: ApiPublishRequest): string {
  return `publish the API of ${service.name} in ${environment.name}`;
}
