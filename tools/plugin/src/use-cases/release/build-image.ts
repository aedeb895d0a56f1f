import { join } from 'node:path';
import type { Platform } from '../../model/build/platform.ts';
import { listPlatforms } from '../../model/build/runs-image.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import { imageLabels, type Build } from '../../model/release/image-labels.ts';
import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { BuildRecipe, ContainerEngine, ImageBuild } from '../../ports/container-engine.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { pinBaseImages } from './pin-base-images.ts';
import { requireSameSource } from './require-same-source.ts';
import type { ReleaseProgress } from './release-progress.ts';
import {
  explainDayToCome,
  freeBuildNumber,
  reserveBuildNumber,
  type BuildNumberRequest,
} from './reserve-build-number.ts';

/** The source of an image, and its registry. */
export interface ImageRequest {
  readonly service: ServiceSource;
  readonly revision: Pick<Build, 'commit' | 'contentHash' | 'dirty'>;
  /** Host (with path) of the registry that it is pushed to. */
  readonly registry: string;
  /** The number to take, and no other. */
  readonly buildNumber: BuildNumber | undefined;
  /** The number of the CI's run: taken where it can be, and otherwise the next one. */
  readonly ciNumber?: BuildNumber | undefined;
  /** Platforms that it is for; the engine's own when there are none. */
  readonly platforms: readonly Platform[];
  /** Takes the newest number also for a commit that a later one has overtaken. */
  readonly force?: boolean;
  /** Ends the build, and what comes after it, when it is aborted. */
  readonly signal?: AbortSignal;
  /** Keeps how far it came. */
  readonly progress?: ReleaseProgress;
}

/**
 * Reports the steps of `buildImage`, and refuses as it would. Changes nothing.
 * @returns the number that is free now; another may take it before.
 */
export async function previewImage(
  request: ImageRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<BuildNumber> {
  const { service, revision, registry } = request;
  const [engine, buildNumber] = await Promise.all([
    buildableBy(ports, request),
    freeBuildNumber(numberRequest(request), revision.commit, ports),
    service.requireCommittedInputs(),
    warnOfForeignInputs(request, reporter),
  ]);
  const image = ImageRef.of(registry, service.name, buildNumber.toString());
  const from = `${shortCommit(revision.commit)}${revision.dirty ? ' and the changes in the working tree' : ''}`;
  reporter.step(`would use build number ${describeNumber(buildNumber, request)}`);
  warnOfDayToCome(buildNumber, request, ports, reporter);
  reporter.step(`would build the image with ${engine.name} from ${from}${forPlatforms(request)}`);
  reporter.step(`would push ${image}`);
  return buildNumber;
}

/**
 * Builds the image of a service under a new build number and pushes it.
 * @throws {Refusal} before anything is built when the wanted number is taken, or its image is in the registry already.
 */
export async function buildImage(request: ImageRequest, ports: ReleasePorts, reporter: Reporter): Promise<Release> {
  const { service, revision, registry, signal, progress } = request;
  // Registries are asked meanwhile: of some it is waited for that they do not answer.
  const [engine, bases, source, date] = await Promise.all([
    buildableBy(ports, request),
    pinBaseImages(service, revision.dirty ? 'working-tree' : { commit: revision.commit }, ports, reporter),
    ports.repository.originUrl(),
    ports.repository.commitDate(revision.commit),
    service.requireCommittedInputs(),
    warnOfForeignInputs(request, reporter),
  ]);
  const buildNumber = await reserveBuildNumber(numberRequest(request), revision.commit, ports);
  progress?.took(buildNumber);
  reporter.step(`using build number ${describeNumber(buildNumber, request)}`);
  warnOfDayToCome(buildNumber, request, ports, reporter);
  const image = ImageRef.of(registry, service.name, buildNumber.toString());

  const build: Build = { service: service.name, buildNumber, ...revision, ...bases.recorded };
  if (source === undefined) reporter.warn('there is no remote "origin": the number is taken in this clone only');
  const sourceDate = new Date(date);
  signal?.throwIfAborted();
  reporter.step(`building image with ${engine.name}${forPlatforms(request)}`);
  const imageBuild: ImageBuild = {
    ...recipeOf(request),
    sourceDate,
    baseImages: bases.pinned,
    labels: imageLabels({ build, source, created: sourceDate.toISOString(), below: bases.below }),
    images: [image],
  };
  const imageDigest = await buildAndPush({ engine, image, imageBuild }, request, reporter);
  progress?.pushed(image);
  reporter.step(`pushed ${image.withDigest(imageDigest)}`);
  signal?.throwIfAborted();
  await lockTag(image, ports, reporter);
  return { ...build, imageDigest };
}

/** Keeps the tag from being moved, where the registry can; one that does not is no reason to leave the release. */
async function lockTag(image: ImageRef, { registry }: ReleasePorts, reporter: Reporter): Promise<void> {
  await catchProductError(
    () => registry.lockTag(image),
    (reason, remedy) => reporter.warn(`${reason} ${remedy}`),
  );
}

/** Nothing gets a tag but what was built of the source as it is: the two are compared between. */
async function buildAndPush(
  {
    engine,
    image,
    imageBuild,
  }: { readonly engine: ContainerEngine; readonly image: ImageRef; readonly imageBuild: ImageBuild },
  request: ImageRequest,
  reporter: Reporter,
): Promise<Digest> {
  const { signal } = request;
  const onLine = (line: string) => reporter.detail(line);
  try {
    await engine.build(imageBuild, onLine, signal);
    await requireSameSource(request);
    signal?.throwIfAborted();
    return await engine.push(image, onLine, signal);
  } finally {
    await engine.forget(image);
  }
}

function forPlatforms({ platforms }: ImageRequest): string {
  return platforms.length === 0 ? '' : ` for ${listPlatforms(platforms)}`;
}

/** Returns the engine. @throws {Refusal} when it cannot build the image of the service as that declares it. */
async function buildableBy({ engine }: ReleasePorts, request: ImageRequest): Promise<ContainerEngine> {
  const recipe = recipeOf(request);
  const [found] = await Promise.all([engine(), request.service.requireBuildable()]);
  await found.requireBuildable(recipe);
  return found;
}

function recipeOf({ service, platforms }: ImageRequest): BuildRecipe {
  const { context, ...settings } = service.build();
  return { context, settings: { ...settings, platforms }, dockerfile: join(service.folder, 'Dockerfile') };
}

async function warnOfForeignInputs({ service, revision }: ImageRequest, reporter: Reporter): Promise<void> {
  const { commit, dirty } = revision;
  for (const warning of await service.foreignImageInputs(dirty ? 'working-tree' : { commit })) reporter.warn(warning);
}

function numberRequest({ service, ...request }: ImageRequest): BuildNumberRequest {
  const { registry, buildNumber, ciNumber, force, signal } = request;
  return { service: service.name, registries: [registry], buildNumber, ciNumber, force, signal };
}

function warnOfDayToCome(
  taken: BuildNumber,
  { service, buildNumber: wanted }: ImageRequest,
  { clock }: Pick<ReleasePorts, 'clock'>,
  reporter: Reporter,
): void {
  const why = wanted ? undefined : explainDayToCome(service.name, taken, clock());
  if (why !== undefined) reporter.warn(why);
}

/** `20261124-4`, and why it is not the CI's. */
function describeNumber(taken: BuildNumber, { buildNumber, ciNumber }: ImageRequest): string {
  const isOther = buildNumber === undefined && ciNumber !== undefined && !taken.equals(ciNumber);
  return isOther ? `${taken} (that of the CI, ${ciNumber}, is taken or not the newest)` : `${taken}`;
}
