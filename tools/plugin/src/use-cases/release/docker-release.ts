import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import { buildImage, previewImage } from './build-image.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { releaseRegistries } from './release-registries.ts';
import { sourceRevision } from '../revision/source-revision.ts';

/** How an image shall be released. */
export interface DockerReleaseOptions {
  readonly allowDirty: boolean;
  readonly buildNumber: BuildNumber | undefined;
  readonly dryRun: boolean;
  /** The number of the CI's run: taken where it can be, and otherwise the next one. */
  readonly ciNumber?: BuildNumber | undefined;
}

/**
 * Builds and pushes the image of what is checked out, as a step of its own: no tag, no deployment.
 * @returns the release that it makes, or undefined after a dry run.
 */
export async function dockerRelease(
  service: ServiceSource,
  environments: readonly Environment[],
  { allowDirty, buildNumber, dryRun, ciNumber }: DockerReleaseOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<Release | undefined> {
  // Which environment it is for is not known yet; a deploy to one that takes no dirty build is refused there.
  const permitting = environments.filter((environment) => environment.allowDirty);
  const targets = permitting.length > 0 ? permitting : environments;
  const revision = await sourceRevision(service, allowDirty, targets, ports);
  const request = { service, revision, registries: releaseRegistries(environments), buildNumber, ciNumber };
  if (!dryRun) return buildImage(request, ports, reporter);
  await previewImage(request, ports, reporter);
  return undefined;
}
