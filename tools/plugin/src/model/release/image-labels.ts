import { BuildNumber } from './build-number.ts';
import { isObjectName } from '../commits/commit.ts';
import { parseDigest, type ImageRef } from '../image/image-ref.ts';
import { parseBaseImages, writeBaseImages } from './recorded-base-images.ts';
import type { Release } from './release.ts';
import { whyNotServiceName } from './service-name.ts';
import { imageLabel } from '../product/wire-names.ts';

/** A release before its image has a digest: all of it that an image can carry in itself. */
export type Build = Omit<Release, 'imageDigest'>;

/** The facts in an image's labels. */
export interface ImageFacts {
  readonly build: Build;
  /** Address of the git repository, without secrets, where there is one. */
  readonly source: string | undefined;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** The image that it is on top of, by its tag; with its digest where that is known. */
  readonly below?: ImageRef | undefined;
}

/** Labels (and annotations) of a release's image: those of the OCI image specification, and ours. */
export function imageLabels({ build, source, created, below }: ImageFacts): Record<string, string> {
  return {
    'org.opencontainers.image.title': build.service,
    'org.opencontainers.image.version': build.buildNumber.toString(),
    'org.opencontainers.image.revision': build.commit,
    ...(source === undefined ? {} : { 'org.opencontainers.image.source': source }),
    'org.opencontainers.image.created': created,
    // An image inherits what it does not say itself: said empty where it is not known.
    ...(below && {
      'org.opencontainers.image.base.name': below.tagged,
      'org.opencontainers.image.base.digest': below.digest ?? '',
    }),
    ...((below || build.baseImages) && { [imageLabel.baseImages]: writeBaseImages(build.baseImages ?? []) }),
    [imageLabel.contentHash]: build.contentHash,
    [imageLabel.dirty]: String(build.dirty),
  };
}

/** @returns what was built, or undefined when the labels are not those of an image that this tool built. */
export function parseImageLabels(labels: Readonly<Record<string, string>>): Build | undefined {
  const service = labels['org.opencontainers.image.title'] ?? '';
  const commit = labels['org.opencontainers.image.revision'] ?? '';
  const buildNumber = BuildNumber.parse(labels['org.opencontainers.image.version'] ?? '');
  const contentHash = parseDigest(labels[imageLabel.contentHash] ?? '');
  if (whyNotServiceName(service) !== undefined || !isObjectName(commit) || !buildNumber || !contentHash)
    return undefined;
  const baseImages = parseBaseImages(labels[imageLabel.baseImages]);
  const dirty = labels[imageLabel.dirty] === 'true';
  return { service, buildNumber, commit, contentHash, dirty, ...(baseImages && { baseImages }) };
}
