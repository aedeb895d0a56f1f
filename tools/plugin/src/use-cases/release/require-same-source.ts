import { shortCommit } from '../../model/commits/commit.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import type { Build } from '../../model/release/image-labels.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/** A service, and the revision of it that its image is said to be of. */
interface Built {
  readonly service: ServiceSource;
  readonly revision: Pick<Build, 'commit' | 'contentHash' | 'dirty'>;
}

/**
 * Makes sure that what other tasks of this command built, before the image is, is of the commit that is checked out now.
 * @param commitAtStart what was checked out when the command began; undefined where nothing ran before.
 * @throws {Refusal} when the checkout has moved to other content of the service since. Nothing is changed then.
 */
export async function requireUnmoved({ service, revision }: Built, commitAtStart: string | undefined): Promise<void> {
  if (commitAtStart === undefined || commitAtStart === revision.commit || revision.dirty) return;
  if ((await service.contentHash({ commit: commitAtStart })) === revision.contentHash) return;
  throw new Refusal({
    type: 'source-moved',
    doing: `release ${service.name}`,
    reason: `The checkout moved from ${shortCommit(commitAtStart)} to ${shortCommit(revision.commit)} while this command ran: what was built of it before is of either.`,
    remedy: 'Run the command again, and leave the checkout alone meanwhile.',
  });
}

/**
 * Makes sure that the image is of the content that it is named by: nothing was saved, pulled or checked out while the
 * engine read it. Called before anything has a tag.
 * @throws {Failure} when the content on the disk is another one by now: the build number is used up.
 */
export async function requireSameSource({ service, revision }: Built): Promise<void> {
  const [onDisk] = await Promise.all([service.contentHash('working-tree'), service.requireCommittedInputs()]);
  if (onDisk === revision.contentHash) return;
  throw new Failure({
    type: 'source-moved',
    doing: `build the image of ${service.name}`,
    reason: `Files of ${service.name} changed while its image was built, so that it may not be what ${shortCommit(revision.commit)} holds. It has no tag.`,
    remedy: 'Run the command again, and leave the checkout alone meanwhile. It takes another build number.',
  });
}
