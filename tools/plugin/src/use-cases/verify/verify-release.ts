import { allEnded } from '../../model/concurrency/all-ended.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { imageDisagreement } from './image-witness.ts';
import { requireContent } from './require-content.ts';
import { requireReleasedBranch } from './require-released-branch.ts';
import { requireSignedRelease } from './require-signatures.ts';
import { agreesWithTag } from './require-tag.ts';

/** A release, and where it is to run. */
interface UsedRelease {
  readonly release: Release;
  readonly environment: Environment;
}

interface VerifiedRelease extends UsedRelease {
  readonly service: ServiceSource;
  /** Its image by its digest: that of the environment's registry when left out, or of the one that it is copied from. */
  readonly image?: ImageRef;
}

/** Conditions under which a release is believed. */
export interface Trust {
  /** The branch that releases are of, besides those that the environment names. */
  readonly mainBranch: string;
  /** Takes a release of another branch, too, where the environment is not protected. */
  readonly force?: boolean;
}

type Ports = Pick<ReleasePorts, 'repository' | 'registry'>;

/**
 * Makes sure that a release is what it is said to be, before it is deployed: its commit is part of a branch that the
 * environment takes releases of, the image says at that digest that it was built as this release, and the checked-out
 * commit, where it is the release's, holds its content (docs/decisions/0030-verified-releases.md). Where the environment
 * takes signed tags only, the release's is signed by a key that counts.
 * @returns what was overridden by `force`. @throws {Refusal} naming both witnesses where two do not agree.
 */
export async function verifyRelease(
  { service, release, environment, image = imageOf(release, environment) }: VerifiedRelease,
  trust: Trust,
  ports: Ports,
): Promise<readonly string[]> {
  const doing = `deploy ${service.name} ${release.buildNumber} to ${environment.name}`;
  const ofBranch = requireReleasedBranch({ ...trust, commit: release.commit, environment, doing }, ports);
  await allEnded([
    ofBranch,
    requireOwnImage(release, image, doing, ports),
    requireContentOfCheckout(service, release, doing, ports),
    requireSignedRelease(release, { environment, mainBranch: trust.mainBranch, doing }, ports),
  ]);
  return ofBranch;
}

/** Requires that an image says of itself that it was built as a release. @throws {Refusal} */
async function requireOwnImage(release: Release, pinned: ImageRef, doing: string, ports: Ports): Promise<void> {
  const found = await imageDisagreement(release, pinned, ports);
  if (found) throw new Refusal({ type: found.type, doing, reason: found.says, remedy: found.remedy });
}

/** The projects of a service are known of the commit that is checked out: of another one, they may have been others. */
async function requireContentOfCheckout(
  service: ServiceSource,
  release: Release,
  doing: string,
  { repository }: Ports,
): Promise<void> {
  if (release.dirty || (await repository.headCommit()) !== release.commit) return;
  if ((await service.contentHash({ commit: release.commit })) === release.contentHash) return;
  // The packages are those of the lockfile on the disk.
  if ((await repository.dirtyPaths()).length === 0) await requireContent(service, release, doing);
}

/** A release by its record, and where it is to run again. */
interface RecordedRelease extends UsedRelease, Pick<Trust, 'mainBranch'> {
  /** The request, as a clause. */
  readonly doing: string;
}

/**
 * Makes sure that what a deployment record tells of a release is so, before it is gone back to. That it ran here is its
 * record's word alone; where its tag is gone, a branch must have its commit.
 * @param images its images as the record has them; that of the environment's registry when left out. @throws {Refusal}
 */
export async function verifyRecorded(
  { release, environment, mainBranch, doing }: RecordedRelease,
  ports: Ports,
  images: readonly ImageRef[] = [imageOf(release, environment)],
): Promise<void> {
  const teller = `the record in ${environment.name}`;
  const isTagged = agreesWithTag({ release, teller, doing }, ports);
  await allEnded([
    isTagged,
    requireSignedRelease(release, { environment, mainBranch, doing }, ports),
    ...images.map((image) => requireOwnImage(release, image, doing, ports)),
  ]);
  if (!(await isTagged)) await requireReleasedBranch({ commit: release.commit, environment, mainBranch, doing }, ports);
}

function imageOf({ service, buildNumber, imageDigest }: Release, { registry }: Environment): ImageRef {
  return ImageRef.of(registry, service, buildNumber.toString(), imageDigest);
}
