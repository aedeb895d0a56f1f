import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { differencesOf } from '../../model/release/release-differences.ts';
import type { ReleaseTag } from '../../model/release/release-tag.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import type { ForgeFacts } from './forge-facts.ts';
import { findingsAbout, type Finding, type FindingMaker } from './finding.ts';
import { takesSignedTags } from '../../model/environment/environment.ts';
import { checkSignedTag, type SignaturePorts } from '../verify/signature-witness.ts';
import { imageDisagreement } from '../verify/image-witness.ts';
import { publishRelease } from '../release/publish-release.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { AuditRequest } from './audit-request.ts';

/** A release, and who tells of it. */
export interface ReleaseWitness {
  readonly tag: ReleaseTag;
  /** Registries that must have its image. */
  readonly registries: readonly string[];
  /** The release in records, by environment. */
  readonly recorded: ReadonlyMap<string, Release>;
}

type ReleaseEvidence = ReleaseWitness & {
  /** The release in the git tag; undefined when there is none. */
  readonly tagged: Release | undefined;
};
type Ports = Pick<ReleasePorts, 'registry' | 'forge'> &
  SignaturePorts &
  WithRepository<ReleaseTags> & {
    /** Returns the answers of the forge; undefined where there is none. */
    facts(): Promise<ForgeFacts | undefined>;
  };

const byRepair = 'Fixed by `nx run infrastructure:audit --repair`.';

/** A release that is audited. */
interface AuditedRelease extends ReleaseEvidence {
  /** `orders 20261124-1`. */
  readonly subject: string;
  /** The release in its tag, or in the first record when there is no tag. */
  readonly release: Release;
}

/** Asks tag, records, images and forge of a release whether they say the same. */
export async function auditRelease(told: ReleaseEvidence, request: AuditRequest, ports: Ports): Promise<Finding[]> {
  const { tag, tagged, recorded, registries } = told;
  const subject = `${tag.service} ${tag.buildNumber}`;
  const [first] = recorded.values();
  const release = tagged ?? first;
  if (!release) return [noRelease(subject, tag)];
  const audited: AuditedRelease = { ...told, subject, release };
  const images = await Promise.all(registries.map((host) => auditImage(audited, host, ports)));
  const ofImages = images.filter((finding) => finding !== undefined);
  const agree = images.length > 0 && ofImages.length === 0;
  return [
    ...ofImages,
    ...auditRecords(audited),
    ...(tagged ? await auditSignature(audited, request, ports) : []),
    ...(tagged ? await auditForge(audited, request, ports) : [await missingTag(audited, agree, request, ports)]),
  ];
}

/** Compares what the records say with the tag; without one, with the first of them. */
function auditRecords({ subject, tag, tagged, recorded, release }: AuditedRelease): Finding[] {
  const [[where] = [], ...others] = recorded;
  const source = tagged ? `The tag ${tag}` : `The record in ${where}`;
  return [...(tagged ? recorded : others)].flatMap(([environment, other]) => {
    const differences = differencesOf(release, other);
    return differences.length > 0 ? [recordDiffers(subject, source, environment, differences)] : [];
  });
}

/** Asks who signed a tag, where one of the environments that have the release, or may get it, takes signed ones only. */
async function auditSignature(
  { subject, tag, recorded }: AuditedRelease,
  { environments, mainBranch }: AuditRequest,
  ports: Ports,
): Promise<Finding[]> {
  const using = recorded.size === 0 ? environments : environments.filter(({ name }) => recorded.has(name));
  if (!using.some(takesSignedTags)) return [];
  const finding = findingsAbout(subject);
  try {
    const verdict = await checkSignedTag({ tag, mainBranch, doing: 'audit' }, ports);
    return 'type' in verdict ? [finding(verdict.type, verdict.says, verdict.remedy)] : [];
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return [finding(error.facts.type, error.facts.reason, error.facts.remedy)];
  }
}

/** The image of an audited release in one registry. */
interface AuditedImage {
  readonly release: Release;
  readonly host: string;
  /** Named by its tag. */
  readonly image: ImageRef;
  /** Named by its digest. */
  readonly pinned: ImageRef;
  /** Makes a finding about the release. */
  readonly finding: FindingMaker;
}

/** Returns what is wrong with the image in a registry; undefined when it agrees with the release. */
async function auditImage(
  { subject, release }: AuditedRelease,
  host: string,
  { registry }: Ports,
): Promise<Finding | undefined> {
  const image = ImageRef.of(host, release.service, release.buildNumber.toString());
  const pinned = image.withDigest(release.imageDigest);
  const finding = findingsAbout(subject);
  try {
    const [named, found] = await Promise.all([
      registry.digest(image),
      imageDisagreement(release, pinned, { registry }),
    ]);
    if (found?.type === 'image-missing') return noImage(pinned, finding);
    const moved = auditImageTag({ release, host, image, pinned, finding }, named);
    return moved ?? (found && finding(found.type, found.says, found.remedy));
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { type, reason, remedy } = error.facts;
    return finding(/^image-/.test(type) ? type : 'registry-unreachable', reason, remedy);
  }
}

function noImage(pinned: ImageRef, finding: FindingMaker): Finding {
  return finding(
    'no-image',
    `${pinned} is not in its registry.`,
    'It can neither be deployed nor rolled back to: deploy it again, which copies it where the registry of another environment has it; or push it there again, or delete its records.',
  );
}

/** @param named the digest that the tag has in the registry. */
function auditImageTag(
  { release, host, image, pinned, finding }: AuditedImage,
  named: Digest | undefined,
): Finding | undefined {
  if (named === undefined)
    return finding('image-without-tag', `${host} has the image, but no tag ${image}.`, `Tag ${pinned} there again.`);
  if (named === release.imageDigest) return undefined;
  return finding(
    'image-tag-moved',
    `${image} is ${named} now; it was released as ${release.imageDigest}.`,
    'Deployments are not touched by it: they name the digest. Find out who pushed to the tag, and make tags immutable in the registry.',
  );
}

/** @param agree whether there are images, and all agree with the records. */
async function missingTag(
  { subject, tag, recorded, release }: AuditedRelease,
  agree: boolean,
  { repair }: AuditRequest,
  { repository }: Ports,
): Promise<Finding> {
  const who = `the record in ${[...recorded.keys()].join(', ')}${agree ? ' and the labels of its image' : ''}`;
  const says = `There is no tag ${tag}; ${who} say that it was built from ${release.commit}.`;
  const finding = { subject, type: 'no-tag', says, isRepaired: false };
  if (!agree) return { ...finding, remedy: 'No image agrees with that, so the tag is not created automatically.' };
  if (!repair) return { ...finding, remedy: byRepair };
  try {
    await repository.tagRelease(release, { sign: repair.signsTags });
    return { ...finding, remedy: 'The tag was made.', isRepaired: true };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { ...finding, remedy: `The tag could not be made: ${error.facts.reason} ${error.facts.remedy}` };
  }
}

async function auditForge(
  { subject, tag, release }: AuditedRelease,
  { repair }: AuditRequest,
  ports: Ports,
): Promise<Finding[]> {
  const { releases } = (await ports.facts()) ?? {};
  const key = `${tag}`;
  if (!releases?.has(key) || releases.get(key) !== undefined) return [];
  const finding = { subject, type: 'no-github-release', says: `GitHub has no release ${tag}.`, isRepaired: false };
  if (!repair) return [{ ...finding, remedy: byRepair }];
  try {
    const made = await publishRelease({ release, run: undefined, notes: () => repair.notes(release) }, ports);
    if ('reason' in made) return [{ ...finding, remedy: made.reason }];
    return [{ ...finding, remedy: `It was made: ${made.url}`, isRepaired: true }];
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { reason, remedy } = error.facts;
    return [{ subject, type: 'github-unreachable', says: reason, remedy, isRepaired: false }];
  }
}

function noRelease(subject: string, tag: ReleaseTag): Finding {
  return {
    subject,
    type: 'tag-without-release',
    says: `The tag ${tag} describes no release: it was not made by this tool, or was changed.`,
    remedy: `Look at it with \`git show ${tag}\`.`,
    isRepaired: false,
  };
}

function recordDiffers(subject: string, source: string, environment: string, differences: readonly string[]): Finding {
  return {
    subject,
    type: 'record-differs',
    says: `${source} and the record in ${environment} do not agree: ${differences.join('; ')}.`,
    remedy: 'The one whose image digest the registry has under this build number is right.',
    isRepaired: false,
  };
}
