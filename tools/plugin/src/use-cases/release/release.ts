import { allEnded } from '../../model/concurrency/all-ended.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { buildImage, previewImage, type ImageRequest } from './build-image.ts';
import { confirmApproval } from '../deploy/requirements/confirm-approval.ts';
import { checkFreeze } from '../deploy/requirements/require-no-freeze.ts';
import { deploy, type DeployOptions, type DeployResult } from '../deploy/deploy.ts';
import { newestRelease } from '../revision/find-release.ts';
import { findImage, tellSupply } from '../deploy/image-supply.ts';
import { planDeploy, type DeployTarget } from '../deploy/plan-deploy.ts';
import { tellPlanned } from '../deploy/rollout/rollout-publication.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { announceRelease } from './publish-release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { findOvertaken } from './overtaken.ts';
import { forgetBuildNumbers } from './forget-build-numbers.ts';
import { hasContent } from './has-content.ts';
import { newInRelease } from './new-in-release.ts';
import { describeChangeSet } from '../deploy/rollout/roll-out.ts';
import { ReleaseProgress } from './release-progress.ts';
import { requireUnmoved } from './require-same-source.ts';
import { registriesOf, releaseRegistry } from './release-registries.ts';
import { sourceRevision } from '../revision/source-revision.ts';
import { requireReleasedBranch } from '../verify/require-released-branch.ts';
import { requireSigningKey } from '../verify/require-signatures.ts';
import { previewDeploy } from '../deploy/preview-deploy.ts';
import { approveCommand } from '../../model/plan/approve-command.ts';
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
}

/** The image and the tag; each environment is a stage of its own. */
const stagesBeforeDeploy = 2;

/** A release that is under way, and what its steps share. */
export interface ReleaseRun {
  readonly request: ReleaseRequest;
  readonly image: ImageRequest;
  readonly ports: ReleasePorts;
  readonly reporter: Reporter;
  readonly progress: ReleaseProgress;
}

/**
 * Takes a service the whole way: build, push, tag, deploy. Builds nothing when the newest release has the same content,
 * and deploys that wherever it does not run yet: a run that was cut short is finished by the next.
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
  const isBuilt = newest !== undefined && !request.rebuild && (await hasContent(newest, run));
  const upToDate = isBuilt ? newest : undefined;
  if (!request.dryRun) await confirmApprovals(request, upToDate, ports);
  const overtaken = upToDate ? [] : await supersededBy(run);
  if (overtaken.length > 0) return { release: undefined, built: false, deploys: overtaken };
  if (request.only === 'deploy' && !upToDate) throw notBuilt(run, newest);
  if (request.dryRun) return preview(run, upToDate);
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

/** Returns the environments whose clusters are reached. */
function reached({ only, targets }: ReleaseRequest): readonly Environment[] {
  return only === 'build' ? [] : targets;
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
  return { service, revision, registry, buildNumber, ciNumber, force, signal };
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
  return { release: released, built: false, deploys: await deployAll(run, released, 0) };
}

async function buildAndDeploy(run: ReleaseRun): Promise<ReleaseResult> {
  const { request, image, ports, reporter, progress } = run;
  const { service, environments, signal } = request;
  const stages = stagesBeforeDeploy + reached(request).length;
  prefetchEngine(ports);
  const [sign] = await Promise.all([canSign(run), requireDeployable(run)]);
  reporter.stage?.(1, stages);
  const released = await buildImage(image, ports, reporter);
  reporter.stage?.(2, stages);
  await tagRelease(released, ports, reporter, { sign, signal });
  progress.released(released.buildNumber);
  const notes = () => newInRelease(released, service, environments, ports);
  const announced = announceRelease({ release: released, run: request.actor.run, notes, signal }, ports, reporter);
  const forgotten = forgetBuildNumbers(service.name, ports, signal);
  try {
    return { release: released, built: true, deploys: await deployAll(run, released, stagesBeforeDeploy) };
  } finally {
    await waitForForge([announced, forgotten], signal, reporter);
  }
}

/** Reports whether the tag is to be signed. @throws {Refusal} when it is, and cannot be. */
function canSign({ request: { service, environments, mainBranch }, ports }: ReleaseRun): Promise<boolean> {
  return requireSigningKey(environments, { mainBranch, doing: `release ${service.name}` }, ports);
}

/** Looks for the engine beside other work; a missing one is reported when it is needed. */
function prefetchEngine({ engine }: ReleasePorts): void {
  engine().catch(() => undefined);
}

/**
 * Plans every deployment before a build number is used up. Warnings are left out: they are reported when it is deployed.
 * @throws {Refusal} for all that would stop a deployment later.
 */
async function requireDeployable({ request, image, ports, reporter }: ReleaseRun): Promise<void> {
  const quiet: Reporter = { ...reporter, warn: () => {} };
  const planned = unbuilt(image, ports);
  // A number of today may be that of a revision; one that nobody gets is not.
  const unnumbered = { ...planned, buildNumber: BuildNumber.last(ports.clock()) };
  await Promise.all(
    reached(request).flatMap((environment) => [
      planDeploy(targetOf(request, environment, planned), ports, quiet),
      planServicePublication(targetOf(request, environment, unnumbered), ports),
    ]),
  );
}

async function deployAll(
  { request, ports, reporter, progress }: ReleaseRun,
  released: Release,
  stagesBefore: number,
): Promise<ReleaseResult['deploys']> {
  const deploys: ReleaseResult['deploys'][number][] = [];
  const targets = reached(request);
  for (const [index, environment] of targets.entries()) {
    reporter.stage?.(stagesBefore + index + 1, stagesBefore + targets.length);
    const result = await deploy(targetOf(request, environment, released), request, ports, reporter);
    progress.deployed(environment.name);
    deploys.push({ environment: environment.name, result });
  }
  return deploys;
}

/** Reports what a release would do, and refuses what it would refuse. */
async function preview(run: ReleaseRun, newest: Release | undefined): Promise<ReleaseResult> {
  const { request, image, ports, reporter } = run;
  let released = newest;
  if (!newest) await canSign(run);
  if (newest) reporter.step(`up to date with ${newest.buildNumber}; nothing to build`);
  else {
    const buildNumber = await previewImage(image, ports, reporter);
    reporter.step(
      `would tag ${shortCommit(image.revision.commit)} as ${new ReleaseTag(request.service.name, buildNumber)}`,
    );
    const forge = await ports.forge();
    if (!('reason' in forge)) reporter.step('would make a GitHub release of it');
    else if (!forge.isElsewhere) reporter.step(`no GitHub release: ${forge.reason}`);
    released = { ...unbuilt(image, ports), buildNumber };
  }
  for (const environment of reached(request)) {
    const target = targetOf(request, environment, released!);
    if (newest) await previewRelease(target, run);
    else {
      tellCopy(target, run);
      const [{ changes }, publication] = await Promise.all([
        planDeploy(target, ports, reporter),
        planServicePublication(target, ports),
      ]);
      reporter.step(`${environment.name}: would deploy: ${describeChangeSet(changes)}`);
      tellPlanned(publication, environment, reporter);
    }
  }
  return { release: newest, built: false, deploys: [] };
}

/** Reports the effect of deploying a release that is built. */
async function previewRelease(target: DeployTarget, { request, ports, reporter }: ReleaseRun): Promise<void> {
  const { changes, plan } = await previewDeploy(target, request, ports, reporter);
  const { name } = target.environment;
  reporter.step(`${name}: would deploy: ${describeChangeSet(changes)}`);
  if (plan) reporter.step(`${name}: the plan is ${plan.id}; to approve of it: ${approveCommand(plan.work, plan.id)}`);
}

/** Reports how an environment would get the image: what is not built yet is copied as a whole. */
function tellCopy({ environment: { name, registry } }: DeployTarget, { image, reporter }: ReleaseRun): void {
  if (registry !== image.registry) reporter.step(`${name}: would copy the image from ${image.registry} to ${registry}`);
}

function targetOf(request: ReleaseRequest, environment: Environment, release: Release): DeployTarget {
  const { service, actor, allowDowntime, allowBreaking = false, adopt } = request;
  return {
    service,
    release,
    environment,
    environmentNames: request.environments.map(({ name }) => name),
    imageSources: [releaseRegistry(request.environments, request.targets), ...registriesOf(request.environments)],
    actor,
    allowDowntime,
    allowBreaking,
    adopt,
  };
}

/** Stands for a release that does not exist yet, where its number and digest do not matter. */
function unbuilt({ service, revision }: ImageRequest, { clock }: Pick<ReleasePorts, 'clock'>): Release {
  return {
    service: service.name,
    buildNumber: BuildNumber.first(clock()),
    ...revision,
    imageDigest: `sha256:${'0'.repeat(64)}`,
  };
}
