import { BuildNumber } from '../../model/release/build-number.ts';
import { movedBaseImages, type MovedBaseImage } from '../../model/release/moved-base-images.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { askDigests, type TagDigest } from './ask-digests.ts';

/** A release of which a base image has moved. */
export interface OldBase {
  readonly moved: readonly MovedBaseImage[];
  /** The newest release of the service, where that has the same content and was built with what its base images are now. */
  readonly rebuilt: BuildNumber | undefined;
}

/**
 * Finds out which releases were built on base images that have moved since. What their tags do not tell of is left out, and
 * so is what cannot be asked, which is a remark.
 * @returns by release tag.
 */
export async function releasesOnOldBase(
  releases: readonly Pick<Release, 'service' | 'buildNumber'>[],
  ports: Pick<ReleasePorts, 'repository' | 'registry'>,
  onRemark: (line: string) => void = () => {},
): Promise<ReadonlyMap<string, OldBase>> {
  const tell = (reason: string) => onRemark(`whether base images moved is not known: ${reason}`);
  const tags = releases.map(({ service, buildNumber }) => new ReleaseTag(service, buildNumber));
  const tagged = await catchProductError(() => readTagged(tags, ports), tell);
  if (!tagged) return new Map();
  const images = [...tagged.of.values()].flatMap(({ baseImages = [] }) => baseImages);
  const now = await askDigests(images, ports);
  for (const reason of new Set([...now.values()].flatMap((each) => ('reason' in each ? [each.reason] : []))))
    tell(reason);
  return new Map(
    tags.flatMap((tag) => {
      const release = tagged.of.get(tag.toString());
      const moved = release ? movedOf(release, now) : [];
      if (!release || moved.length === 0) return [];
      const newest = tagged.of.get(tagged.newest.get(tag.service)?.toString() ?? '');
      return [[tag.toString(), { moved, rebuilt: newest && rebuiltAs(newest, release, now) }] as const];
    }),
  );
}

/** Reads the releases of tags, and the newest of each of the services. */
async function readTagged(tags: readonly ReleaseTag[], { repository }: Pick<ReleasePorts, 'repository'>) {
  const newest = new Map(tags.map((tag) => [tag.service, tag]));
  for (const { tag } of tags.length > 0 ? await repository.releases() : []) {
    const known = newest.get(tag.service);
    if (known && BuildNumber.compare(tag.buildNumber, known.buildNumber) > 0) newest.set(tag.service, tag);
  }
  return { newest, of: await repository.readReleases([...tags, ...newest.values()]) };
}

function movedOf({ baseImages = [] }: Release, now: ReadonlyMap<string, TagDigest>): MovedBaseImage[] {
  return movedBaseImages(baseImages, ({ tagged }) => {
    const answer = now.get(tagged);
    return answer && 'digest' in answer ? answer.digest : undefined;
  });
}

function rebuiltAs(newest: Release, release: Release, now: ReadonlyMap<string, TagDigest>): BuildNumber | undefined {
  const isSameContent = newest.contentHash === release.contentHash && newest.dirty === release.dirty;
  const isRebuilt = newest.buildNumber.isNewerThan(release.buildNumber) && newest.baseImages !== undefined;
  return isSameContent && isRebuilt && movedOf(newest, now).length === 0 ? newest.buildNumber : undefined;
}
