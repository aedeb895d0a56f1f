import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ImageRef } from '../../model/release/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { buildImage, previewImage, type ImageRequest } from './build-image.ts';
import { requireApproval } from '../deploy/approval.ts';
import { deploy, type DeployOptions, type DeployResult } from '../deploy/deploy.ts';
import { newestRelease } from '../revision/find-release.ts';
import { planDeploy, type DeployTarget } from '../deploy/plan-deploy.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { announceRelease } from './publish-release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { newInRelease } from './new-in-release.ts';
import { describeChangeSet } from '../deploy/roll-out.ts';
import { releaseRegistries } from './release-registries.ts';
import { sourceRevision } from '../revision/source-revision.ts';
import { tagRelease } from './tag-release.ts';
import { waitForForge } from '../announce/wait-for-forge.ts';

/** What shall be released, and how. */
export interface ReleaseRequest extends DeployOptions, Pick<DeployTarget, 'actor' | 'allowDowntime' | 'adopt'> {
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
}

/** What a release came to. */
export interface ReleaseResult {
  /** Undefined after a dry run that would build. */
  readonly release: Release | undefined;
  /** Whether an image was built; otherwise the newest release has the same content. */
  readonly built: boolean;
  readonly deploys: readonly { readonly environment: string; readonly result: DeployResult }[];
}

/** The image and the tag; each environment is a stage of its own. */
const stagesBeforeDeploy = 2;

/**
 * Takes a service the whole way: build, push, tag, deploy. Builds nothing when the newest release has the same content,
 * and deploys that wherever it does not run yet: a run that was cut short is finished by the next.
 * @throws {Refusal} before anything is changed, for all that can be known then. @throws {Failure}
 */
export async function release(
  request: ReleaseRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<ReleaseResult> {
  const { service, environments, targets } = request;
  const [revision, newest] = await Promise.all([
    sourceRevision(service, request.allowDirty, targets, ports),
    newestRelease(service.name, ports),
  ]);
  const image: ImageRequest = {
    service,
    revision,
    registries: releaseRegistries(environments, targets),
    buildNumber: request.buildNumber,
    ciNumber: request.ciNumber,
  };
  const isReleased = newest !== undefined && (await hasContent(newest, image, ports, reporter));
  if (request.dryRun) return preview(request, image, isReleased ? newest : undefined, ports, reporter);
  for (const environment of targets)
    requireApproval(`deploy ${service.name} to ${environment.name}`, environment, request.approvedBy);
  if (!isReleased) {
    // Looked for meanwhile; whether there is one is told when it is needed.
    ports.engine().catch(() => undefined);
    // All that would stop the deploy later stops it here, before a number is used up; what it warns of is said then.
    const quiet: Reporter = { ...reporter, warn: () => {} };
    await Promise.all(
      targets.map((environment) => planDeploy(targetOf(request, environment, unbuilt(image, ports)), ports, quiet)),
    );
  }
  if (!isReleased) reporter.stage?.(1, stagesBeforeDeploy + targets.length);
  const released = isReleased ? newest : await buildImage(image, ports, reporter);
  if (isReleased)
    return { release: released, built: false, deploys: await deployAll(request, released, ports, reporter, 0) };
  reporter.stage?.(2, stagesBeforeDeploy + targets.length);
  await tagRelease(released, ports, reporter);
  const notes = () => newInRelease(released, service, environments, ports);
  const announced = announceRelease({ release: released, run: request.actor.run, notes }, ports, reporter);
  try {
    return {
      release: released,
      built: true,
      deploys: await deployAll(request, released, ports, reporter, stagesBeforeDeploy),
    };
  } finally {
    await waitForForge([announced], request.signal, reporter);
  }
}

async function deployAll(
  request: ReleaseRequest,
  released: Release,
  ports: ReleasePorts,
  reporter: Reporter,
  stagesBefore: number,
): Promise<ReleaseResult['deploys']> {
  const deploys: ReleaseResult['deploys'][number][] = [];
  for (const [index, environment] of request.targets.entries()) {
    reporter.stage?.(stagesBefore + index + 1, stagesBefore + request.targets.length);
    const result = await deploy(targetOf(request, environment, released), request, ports, reporter);
    deploys.push({ environment: environment.name, result });
  }
  return deploys;
}

/** Whether a release is of the content that is asked for, and its image is still where it is needed. */
async function hasContent(
  newest: Release,
  { service, revision, registries }: ImageRequest,
  { registry }: ReleasePorts,
  reporter: Reporter,
): Promise<boolean> {
  if (newest.contentHash !== revision.contentHash || newest.dirty !== revision.dirty) return false;
  const images = registries.map((host) =>
    ImageRef.of(host, service.name, newest.buildNumber.toString(), newest.imageDigest),
  );
  const digests = await Promise.all(images.map((image) => registry.digest(image)));
  const missing = images[digests.indexOf(undefined)];
  if (missing) reporter.warn(`${missing} is gone from the registry, so it is built again`);
  return missing === undefined;
}

/** Tells what a release would do, and refuses what it would refuse. */
async function preview(
  request: ReleaseRequest,
  image: ImageRequest,
  newest: Release | undefined,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<ReleaseResult> {
  let released = newest;
  if (newest) reporter.step(`has nothing to build: ${newest.buildNumber} has the same content`);
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
  for (const environment of request.targets) {
    const { changes } = await planDeploy(targetOf(request, environment, released!), ports, reporter);
    reporter.step(`${environment.name}: would deploy: ${describeChangeSet(changes)}`);
  }
  return { release: newest, built: false, deploys: [] };
}

function targetOf(request: ReleaseRequest, environment: Environment, release: Release): DeployTarget {
  const { service, actor, allowDowntime, adopt } = request;
  return {
    service,
    release,
    environment,
    environmentNames: request.environments.map(({ name }) => name),
    actor,
    allowDowntime,
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
