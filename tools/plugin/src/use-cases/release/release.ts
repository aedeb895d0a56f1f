import { allEnded } from '../../model/concurrency/all-ended.ts';
import type { Platform } from '../../model/build/platform.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { buildImage, type ImageRequest } from './build-image.ts';
import { confirmApproval } from '../deploy/requirements/confirm-approval.ts';
import { checkFreeze } from '../deploy/requirements/require-no-freeze.ts';
import { deploy, type DeployOptions, type DeployResult } from '../deploy/deploy.ts';
import { newestRelease } from '../revision/find-release.ts';
import type { DeployTarget } from '../deploy/plan-deploy.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { announceRelease } from './publish-release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { findOvertaken } from './overtaken.ts';
import { forgetBuildNumbers } from './forget-build-numbers.ts';
import { isReleased } from './is-released.ts';
import { newInRelease } from './new-in-release.ts';
import type { DeployPreview } from '../deploy/preview-deploy.ts';
import { previewRelease } from './preview-release.ts';
import { canSign, reached, targetOf, unbuilt, type ReleaseRun } from './release-run.ts';
import { ReleaseProgress } from './release-progress.ts';
import { requireUnmoved } from './require-same-source.ts';
import { planPlace, releasePlatforms } from './release-platforms.ts';
import { releaseRegistry } from './release-registries.ts';
import { sourceRevision } from '../revision/source-revision.ts';
import { requireReleasedBranch } from '../verify/require-released-branch.ts';
import { tagRelease } from './tag-release.ts';
import { waitForForge } from '../announce/wait-for-forge.ts';

/** The service to release, and the options. */
export interface ReleaseRequest
  extends DeployOptions, Pick<DeployTarget, 'actor' | 'allowDowntime' | 'allowBreaking' | 'adopt'> {
  readonly service: ServiceSource;
  /** All environments of the workspace. */
  readonly environments: readonly Environment[];
  /** Those to deploy to. */
  readonly targets: readonly Environment[];
  readonly allowDirty: boolean;
  readonly buildNumber: BuildNumber | undefined;
  /** The number of the CI's run: taken where it can be, and otherwise the next one. */
  readonly ciNumber?: BuildNumber | undefined;
  readonly dryRun: boolean;
  /** The commit that was checked out when the command began, before other tasks built what goes into the image. */
  readonly commitAtStart?: string | undefined;
  /** Builds anew what has a release with the same content: its image does not run, or its base is another one by now. */
  readonly rebuild?: boolean | undefined;
  /** Tags of builds that failed where they were deployed and ran nowhere, for `build`, which cannot look itself. */
  readonly failedBuilds?: readonly string[];
  /**
   * The part that is done, where a CI does each in a job of its own (default: both): `build` builds, pushes and tags for the
   * targets, and reaches no cluster; `deploy` deploys what has been built, and builds nothing.
   */
  readonly only?: 'build' | 'deploy' | undefined;
}

/** The result of a release. */
export interface ReleaseResult {
  /** Undefined after a dry run that would build, and where a later commit keeps this one from being built. */
  readonly release: Release | undefined;
  /** True when an image was built; otherwise the newest release has the same content. */
  readonly built: boolean;
  readonly deploys: readonly { readonly environment: string; readonly result: DeployResult }[];
  /** Of a dry run: what would come to each environment. */
  readonly previews?: readonly ReleasePreview[];
}

/** The predicted effect of a release on an environment. */
export interface ReleasePreview extends DeployPreview {
  readonly environment: string;
}

/** The image and the tag; each environment is a stage of its own. */
const stagesBeforeDeploy = 2;

/**
 * Takes a service the whole way: build, push, tag, deploy. Builds nothing when the newest release has the same content,
 * and deploys that wherever it does not run yet: a run that was cut short is finished by the next. What failed by itself
 * and ran nowhere is built again.
 * @throws {Refusal} before anything is changed, for all that can be known then. @throws {Failure} one that says how far it
 * came, when the command was interrupted.
 */
export function release(request: ReleaseRequest, ports: ReleasePorts, reporter: Reporter): Promise<ReleaseResult> {
  const progress = new ReleaseProgress();
  const targets = request.targets.map(({ name }) => name);
  return progress.during(`release ${request.service.name}`, targets, () =>
    carryOut(request, progress, ports, reporter),
  );
}

async function carryOut(
  request: ReleaseRequest,
  progress: ReleaseProgress,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<ReleaseResult> {
  checkFreezes(request, ports, reporter);
  const [made, newest] = await Promise.all([imageRequest(request, ports), newestRelease(request.service.name, ports)]);
  const image = { ...made, progress };
  const run: ReleaseRun = { request, image, ports, reporter, progress };
  const isBuilt = newest !== undefined && !request.rebuild && (await isReleased(newest, run));
  const upToDate = isBuilt ? newest : undefined;
  if (!request.dryRun) await confirmApprovals(request, upToDate, ports);
  if (!upToDate && request.only !== 'deploy') prefetchEngine(ports);
  const overtaken = upToDate ? [] : await supersededBy(run);
  if (overtaken.length > 0) return { release: undefined, built: false, deploys: overtaken };
  if (request.only === 'deploy' && !upToDate) throw notBuilt(run, newest);
  if (request.dryRun) return previewRelease(run, upToDate);
  return upToDate ? deployOnly(run, upToDate) : buildAndDeploy(run);
}

/** @throws {Refusal} when an environment takes no releases of the commit that would be built. */
async function requireReleasedBranches({ request, image, ports }: ReleaseRun): Promise<void> {
  const { service, targets, mainBranch, force } = request;
  const { commit } = image.revision;
  for (const environment of targets) {
    const doing = `release ${service.name} to ${environment.name}`;
    await requireReleasedBranch({ commit, environment, mainBranch, force, doing }, ports);
  }
}

/** Finds what keeps a commit that may be released from it: a later one. @throws {Refusal} when it may not. */
async function supersededBy(run: ReleaseRun): Promise<ReleaseResult['deploys']> {
  // What builds has no credentials of a cluster to ask what runs there.
  const overtaken = run.request.only === 'build' ? Promise.resolve([]) : overtakenBy(run);
  await allEnded([requireReleasedBranches(run), overtaken]);
  return overtaken;
}

function notBuilt({ request: { service }, image }: ReleaseRun, newest: Release | undefined): Refusal {
  const commit = shortCommit(image.revision.commit);
  return new Refusal({
    type: 'not-built',
    doing: `deploy ${service.name}`,
    reason: newest
      ? `The newest release, ${newest.buildNumber}, has not the content of ${commit}, or its image is gone.`
      : `No release of it has the content of ${commit}.`,
    remedy: `Build it first, without the credentials of a cluster: nx run ${service.name}:release --only=build.`,
  });
}

/** Finds what keeps the checked-out commit from being released: a later one. */
function overtakenBy({ request, image, ports, reporter }: ReleaseRun): Promise<ReleaseResult['deploys']> {
  const planned = unbuilt(image, ports);
  const targets = request.targets.map((environment) => targetOf(request, environment, planned));
  const { mainBranch, comparesCommits, force, service } = request;
  const asked = { targets, mainBranch, comparesCommits, force, service: service.name, commit: planned.commit };
  // Warnings are reported when it is deployed.
  return findOvertaken(asked, ports, request.dryRun ? reporter : { ...reporter, warn: () => {} });
}

async function imageRequest(request: ReleaseRequest, ports: ReleasePorts): Promise<ImageRequest> {
  const { service, environments, targets, allowDirty, buildNumber, ciNumber, force, signal } = request;
  const revision = await sourceRevision(service, allowDirty, targets, ports);
  await requireUnmoved({ service, revision }, request.commitAtStart);
  const registry = releaseRegistry(environments, targets);
  // Those of the nodes are added when it is planned what comes to them.
  const platforms = releasePlatforms(service, environments);
  return { service, revision, registry, platforms, buildNumber, ciNumber, force, signal };
}

/** Makes sure of all approvals before anything is built; each deployment says who approved of it. @throws {Refusal} */
async function confirmApprovals(
  request: ReleaseRequest,
  upToDate: Release | undefined,
  ports: ReleasePorts,
): Promise<void> {
  const { service, approvedPlans } = request;
  for (const environment of reached(request)) {
    const identity = async () => (await ports.cluster(environment)).identity();
    const doing = `deploy ${service.name} to ${environment.name}`;
    const change = { doing, environment, approved: request, identity };
    await confirmApproval(change, ports, { step: () => {}, detail: () => {}, warn: () => {} });
    if (!environment.protected || upToDate || approvedPlans?.ask) continue;
    throw notPlanned(service.name, environment.name);
  }
}

function notPlanned(service: string, environment: string): Refusal {
  return new Refusal({
    type: 'plan-changed',
    doing: `deploy ${service} to ${environment}`,
    reason: 'It cannot be approved yet: a plan names a build, and the content of this commit has none yet.',
    remedy: `Build it first (\`nx run ${service}:release --only=build\`), then look at \`nx run ${service}:k8s-deploy --env=${environment} --dry-run\`.`,
  });
}

/** One that is frozen refuses the whole release, as one does that takes no releases of the commit. @throws {Refusal} */
function checkFreezes(request: ReleaseRequest, ports: ReleasePorts, reporter: Reporter): void {
  for (const environment of reached(request)) {
    const doing = `deploy ${request.service.name} to ${environment.name}`;
    checkFreeze({ ...request, environment, doing }, ports, reporter);
  }
}

async function deployOnly(run: ReleaseRun, released: Release): Promise<ReleaseResult> {
  run.progress.released(released.buildNumber);
  return { release: released, built: false, deploys: await deployAll(run, released, 0, Promise.resolve()) };
}

async function buildAndDeploy(run: ReleaseRun): Promise<ReleaseResult> {
  const { request, image, ports, reporter, progress } = run;
  const { service, environments, signal } = request;
  const stages = stagesBeforeDeploy + reached(request).length;
  const [sign, platforms] = await Promise.all([canSign(run), requireDeployable(run)]);
  reporter.stage?.(1, stages);
  const released = await buildImage({ ...image, platforms }, ports, reporter);
  reporter.stage?.(2, stages);
  const tagged = tagRelease(released, ports, reporter, { sign, signal }).then(() =>
    progress.released(released.buildNumber),
  );
  const notes = () => newInRelease(released, service, environments, ports);
  const announced = afterwards(tagged, () =>
    announceRelease({ release: released, run: request.actor.run, notes, signal }, ports, reporter),
  );
  const forgotten = afterwards(tagged, () => forgetBuildNumbers(service.name, ports, signal));
  try {
    // What is signed is looked at when it is planned.
    if (sign) await tagged;
    const deploying = deployAll(run, released, stagesBeforeDeploy, tagged);
    await allEnded([tagged, deploying]);
    return { release: released, built: true, deploys: await deploying };
  } finally {
    await waitForForge([announced, forgotten], signal, reporter);
  }
}

/** Does something once something else has succeeded. Never rejects: who waits for that is told why not. */
async function afterwards(before: Promise<void>, action: () => Promise<void>): Promise<void> {
  const succeeded = await before.then(
    () => true,
    () => false,
  );
  if (succeeded) await action();
}

/** Looks for the engine while it is found what may be released and is planned; a missing one is reported when it is needed. */
function prefetchEngine({ engine }: ReleasePorts): void {
  engine().catch(() => undefined);
}

/**
 * Plans every deployment before a build number is used up. Warnings are left out: they are reported when it is deployed.
 * @returns the platforms that the image is to be for. @throws {Refusal} for all that would stop a deployment later.
 */
async function requireDeployable(run: ReleaseRun): Promise<readonly Platform[]> {
  const { request, image, ports, reporter } = run;
  const quiet: Reporter = { ...reporter, warn: () => {} };
  const planned = unbuilt(image, ports);
  // A number of today may be that of a revision; one that nobody gets is not.
  const unnumbered = { ...planned, buildNumber: BuildNumber.last(ports.clock()) };
  const places = reached(request).map(async (environment) => {
    const [place] = await Promise.all([
      planPlace(run, environment, quiet),
      planServicePublication(targetOf(request, environment, unnumbered), ports),
    ]);
    return place;
  });
  return releasePlatforms(request.service, request.environments, await Promise.all(places));
}

async function deployAll(
  { request, ports, reporter, progress }: ReleaseRun,
  released: Release,
  stagesBefore: number,
  tagged: Promise<void>,
): Promise<ReleaseResult['deploys']> {
  const deploys: ReleaseResult['deploys'][number][] = [];
  const targets = reached(request);
  for (const [index, environment] of targets.entries()) {
    reporter.stage?.(stagesBefore + index + 1, stagesBefore + targets.length);
    const result = await deploy(targetOf(request, environment, released), { ...request, tagged }, ports, reporter);
    progress.deployed(environment.name);
    deploys.push({ environment: environment.name, result });
  }
  return deploys;
}
