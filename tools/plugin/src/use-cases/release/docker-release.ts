import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import { buildImage, previewImage, type ImageRequest } from './build-image.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { ReleaseProgress } from './release-progress.ts';
import { requireUnmoved } from './require-same-source.ts';
import { releasePlatforms } from './release-platforms.ts';
import { releaseRegistry } from './release-registries.ts';
import { sourceRevision } from '../revision/source-revision.ts';

/** A service whose image shall be released, and how. */
export interface DockerReleaseRequest {
  readonly service: ServiceSource;
  /** All environments of the workspace. */
  readonly environments: readonly Environment[];
  readonly allowDirty: boolean;
  readonly buildNumber: BuildNumber | undefined;
  readonly dryRun: boolean;
  /** The commit that was checked out when the command began, before other tasks built what goes into the image. */
  readonly commitAtStart?: string | undefined;
  /** The number of the CI's run: taken where it can be, and otherwise the next one. */
  readonly ciNumber?: BuildNumber | undefined;
  /** Aborted when the command is interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Builds and pushes the image of what is checked out, as a step of its own: no tag, no deployment.
 * @returns the release that it makes, or undefined after a dry run.
 */
export async function dockerRelease(
  request: DockerReleaseRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<Release | undefined> {
  const image = await imageRequest(request, ports);
  const doing = `build and push the image of ${request.service.name}`;
  if (!request.dryRun) return image.progress.during(doing, [], () => buildImage(image, ports, reporter));
  await previewImage(image, ports, reporter);
  return undefined;
}

async function imageRequest(
  request: DockerReleaseRequest,
  ports: ReleasePorts,
): Promise<Required<Pick<ImageRequest, 'progress'>> & ImageRequest> {
  const { service, environments, allowDirty, buildNumber, ciNumber, signal } = request;
  // Which environment it is for is not known yet; a deploy to one that takes no dirty build is refused there.
  const permitting = environments.filter((environment) => environment.allowDirty);
  const targets = permitting.length > 0 ? permitting : environments;
  const revision = await sourceRevision(service, allowDirty, targets, ports);
  await requireUnmoved({ service, revision }, request.commitAtStart);
  const registry = releaseRegistry(environments);
  const platforms = releasePlatforms(service, environments);
  return { service, revision, registry, platforms, buildNumber, ciNumber, signal, progress: new ReleaseProgress() };
}
