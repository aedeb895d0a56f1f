import { join } from 'node:path';
import { shortCommit } from '../../model/commits/commit.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import { imageLabels, type Build } from '../../model/release/image-labels.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { BuildRecipe, ContainerEngine } from '../../ports/container-engine.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
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
    buildableBy(ports, service),
    freeBuildNumber(numberRequest(request), revision.commit, ports),
    service.requireCommittedInputs(),
    warnOfForeignInputs(request, reporter),
  ]);
  const image = ImageRef.of(registry, service.name, buildNumber.toString());
  const from = `${shortCommit(revision.commit)}${revision.dirty ? ' and the changes in the working tree' : ''}`;
  reporter.step(`would use build number ${describeNumber(buildNumber, request)}`);
  warnOfDayToCome(buildNumber, request, ports, reporter);
  reporter.step(`would build the image with ${engine.name} from ${from}`);
  reporter.step(`would push ${image}`);
  return buildNumber;
}

/**
 * Builds the image of a service under a new build number and pushes it.
 * @throws {Refusal} before anything is built when the wanted number is taken, or its image is in the registry already.
 */
export async function buildImage(request: ImageRequest, ports: ReleasePorts, reporter: Reporter): Promise<Release> {
  const { service, revision, registry, signal, progress } = request;
  const [engine] = await Promise.all([
    buildableBy(ports, service),
    service.requireCommittedInputs(),
    warnOfForeignInputs(request, reporter),
  ]);
  const buildNumber = await reserveBuildNumber(numberRequest(request), revision.commit, ports);
  progress?.took(buildNumber);
  reporter.step(`using build number ${describeNumber(buildNumber, request)}`);
  warnOfDayToCome(buildNumber, request, ports, reporter);
  const image = ImageRef.of(registry, service.name, buildNumber.toString());

  const build: Build = { service: service.name, buildNumber, ...revision };
  const created = ports.clock();
  const source = await ports.repository.originUrl();
  if (source === undefined) reporter.warn('there is no remote "origin": the number is taken in this clone only');
  const sourceDate = new Date(await ports.repository.commitDate(revision.commit));
  signal?.throwIfAborted();
  reporter.step(`building image with ${engine.name}`);
  await engine.build(
    {
      ...recipeOf(service),
      sourceDate,
      labels: imageLabels({ build, source, created: created.toISOString() }),
      images: [image],
    },
    (line) => reporter.detail(line),
    signal,
  );
  await requireSameSource(request);
  signal?.throwIfAborted();
  const imageDigest = await engine.push(image, (line) => reporter.detail(line), signal);
  progress?.pushed(image);
  reporter.step(`pushed ${image.withDigest(imageDigest)}`);
  signal?.throwIfAborted();
  await catchProductError(
    () => ports.registry.lockTag(image),
    (reason, remedy) => reporter.warn(`${reason} ${remedy}`),
  );
  return { ...build, imageDigest };
}

/** Returns the engine. @throws {Refusal} when it cannot build the image of the service as that declares it. */
async function buildableBy({ engine }: ReleasePorts, service: ServiceSource): Promise<ContainerEngine> {
  const recipe = recipeOf(service);
  const found = await engine();
  await found.requireBuildable(recipe);
  return found;
}

function recipeOf(service: ServiceSource): BuildRecipe {
  const { context, ...settings } = service.build();
  return { context, settings, dockerfile: join(service.folder, 'Dockerfile') };
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
