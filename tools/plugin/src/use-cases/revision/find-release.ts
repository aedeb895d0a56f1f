import { BuildNumber } from '../../model/release/build-number.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

type Repository = WithRepository<ReleaseTags>;

/** The newest release of a service, or undefined when there is none. */
export async function newestRelease(service: string, { repository }: Repository): Promise<Release | undefined> {
  return newestOf(await repository.releaseTags(service), { repository });
}

/** The newest release of the same service that is older than this one, or undefined when there is none. */
export async function releaseBefore(
  { service, buildNumber }: Release,
  { repository }: Repository,
): Promise<Release | undefined> {
  const tags = await repository.releaseTags(service);
  return newestOf(
    tags.filter((tag) => buildNumber.isNewerThan(tag.buildNumber)),
    { repository },
  );
}

async function newestOf(tags: ReleaseTag[], { repository }: Repository): Promise<Release | undefined> {
  tags.sort((a, b) => BuildNumber.compare(b.buildNumber, a.buildNumber));
  for (const tag of tags) {
    // A tag of that name which tells of no release is somebody else's.
    const release = await repository.readRelease(tag);
    if (release) return release;
  }
  return undefined;
}

/**
 * The release that a user means.
 * @param number without it, the newest.
 * @throws {Refusal} naming the nearest ones when there is no such release.
 */
export async function findRelease(
  service: string,
  number: BuildNumber | undefined,
  ports: Repository,
): Promise<Release> {
  const release = number
    ? await ports.repository.readRelease(new ReleaseTag(service, number))
    : await newestRelease(service, ports);
  if (release) return release;
  const known = (await ports.repository.releaseTags(service)).map(({ buildNumber }) => buildNumber);
  const isThere = number !== undefined && known.some((each) => each.equals(number));
  const others = known.filter((each) => !number?.equals(each));
  const newest = others.sort(BuildNumber.compare).reverse().slice(0, 3);
  throw new Refusal({
    type: 'no-such-release',
    doing: number ? `find ${service} ${number}` : `find a release of ${service}`,
    reason: number ? reasonOf(new ReleaseTag(service, number), isThere) : 'It has never been released.',
    remedy:
      newest.length > 0
        ? `The newest ${newest.length === 1 ? 'is' : 'are'} ${newest.join(', ')}.`
        : `Release it with \`nx run ${service}:release\`.`,
  });
}

/** @param isThere a tag of that name, which somebody else than a release wrote. */
function reasonOf(tag: ReleaseTag, isThere: boolean): string {
  return isThere
    ? `Tag ${tag} is there, but its message names another release, or none: no \`release\` wrote it.`
    : `There is no tag ${tag}.`;
}
