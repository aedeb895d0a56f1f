import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { differencesOf } from '../../model/release/release-differences.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** A release, and who tells of it. */
export interface ToldRelease {
  readonly release: Release;
  /** `the record in preprod`. */
  readonly teller: string;
  /** The request, as a clause. */
  readonly doing: string;
}

/**
 * Requires that the git tag of a release says what somebody else tells of it.
 * @returns false when there is no tag. @throws {Refusal} when it says something else.
 */
export async function agreesWithTag(
  { release, teller, doing }: ToldRelease,
  { repository }: WithRepository<ReleaseTags>,
): Promise<boolean> {
  const tag = new ReleaseTag(release.service, release.buildNumber);
  const tagged = await repository.readRelease(tag);
  if (!tagged) return false;
  const differences = differencesOf(tagged, release);
  if (differences.length === 0) return true;
  throw new Refusal({
    type: 'record-differs',
    doing,
    reason: `The tag ${tag} and ${teller} do not agree: ${differences.join('; ')}.`,
    remedy: `One of them was changed: \`nx run infrastructure:audit\` asks all witnesses. The one whose image says the same is right.`,
  });
}

/** Requires that a release has a git tag, and that it agrees. @throws {Refusal} */
export async function requireTag(told: ToldRelease, ports: WithRepository<ReleaseTags>): Promise<void> {
  if (await agreesWithTag(told, ports)) return;
  const { release, teller, doing } = told;
  throw new Refusal({
    type: 'tag-missing',
    doing,
    reason: `There is no tag ${new ReleaseTag(release.service, release.buildNumber)}: nothing but ${teller} says that it was ever released.`,
    remedy:
      'Where its image agrees, `nx run infrastructure:audit --repair` makes the tag again; otherwise look at who made the record.',
  });
}
