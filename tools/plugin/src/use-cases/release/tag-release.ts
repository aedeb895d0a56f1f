import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { parseImageLabels } from '../../model/release/image-labels.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { BuildNumbers } from '../../ports/repository/build-numbers.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { TagOptions } from '../../ports/repository/tag-signatures.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/**
 * Tags the built commit, at the origin where there is one.
 * @param options `sign`: by the user's git configuration. `signal` keeps it from being tagged when it is aborted before.
 * @throws {Refusal} when the origin refuses.
 */
export async function tagRelease(
  release: Release,
  { repository }: WithRepository<Commits & ReleaseTags>,
  reporter: Reporter,
  { sign = false, signal }: TagOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  signal?.throwIfAborted();
  const made = await repository.tagRelease(release, { sign });
  const tag = new ReleaseTag(release.service, release.buildNumber);
  reporter.step(made === 'created' ? `tagged ${shortCommit(release.commit)} as ${tag}` : `${tag} exists already`);
  if (made === 'created' && (await repository.originUrl()) === undefined) {
    reporter.warn('there is no remote "origin": the tag is kept in this clone only');
  }
}

/**
 * Finds what a pushed image was built from, in the image's own labels: for a tag that is made by a step of its own.
 * @param wanted the build; without it the newest whose image is in the registry.
 * @throws {Refusal} when there is no such image, or it tells of no build.
 */
export async function findPushedBuild(
  service: string,
  registryHost: string,
  wanted: BuildNumber | undefined,
  { repository, registry }: Pick<ReleasePorts, 'registry'> & WithRepository<BuildNumbers>,
): Promise<Release> {
  const candidates = wanted ? [wanted] : (await repository.buildNumbers(service)).sort(BuildNumber.compare).reverse();
  for (const buildNumber of candidates) {
    const image = ImageRef.of(registryHost, service, buildNumber.toString());
    const imageDigest = await registry.digest(image);
    if (imageDigest === undefined) continue;
    const build = parseImageLabels((await registry.labels(image.withDigest(imageDigest))) ?? {});
    if (build?.service === service && build.buildNumber.equals(buildNumber)) return { ...build, imageDigest };
    throw new Refusal({
      type: 'foreign-image',
      doing: `tag ${service} ${buildNumber}`,
      reason: `The labels of ${image} do not say from which commit it was built.`,
      remedy: `Build it with \`nx run ${service}:docker-release\`.`,
    });
  }
  throw new Refusal({
    type: 'no-image',
    doing: `tag ${service}${wanted ? ` ${wanted}` : ''}`,
    reason: wanted
      ? `${ImageRef.of(registryHost, service, wanted.toString())} does not exist.`
      : `${registryHost} has no image of a build of ${service}.`,
    remedy: `Build and push one with \`nx run ${service}:docker-release\`.`,
  });
}
