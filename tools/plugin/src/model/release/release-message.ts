import { parseTrailers } from './git-trailers.ts';
import { parseDigest } from '../image/image-ref.ts';
import type { Release } from './release.ts';
import { parseBaseImages, writeBaseImages } from './recorded-base-images.ts';
import { ReleaseTag } from './release-tag.ts';

/** Message of a release's annotated git tag: a title, and git trailers with what the tag itself cannot say. */
export function releaseMessage(release: Release): string {
  const trailers = [
    `Service: ${release.service}`,
    `Build-Number: ${release.buildNumber}`,
    `Image-Digest: ${release.imageDigest}`,
    `Content-Hash: ${release.contentHash}`,
    `Dirty: ${release.dirty}`,
    ...(release.baseImages?.length ? [`Base-Images: ${writeBaseImages(release.baseImages)}`] : []),
  ];
  return `Release ${release.service} ${release.buildNumber}\n\n${trailers.join('\n')}\n`;
}

/**
 * Reads a release back from its tag.
 * @param commit the commit that the tag is on.
 * @returns undefined for a tag that is not of a release: an old one, one of somebody else's, or one whose trailers
 * speak of another release than its name does.
 */
export function parseReleaseMessage(tag: ReleaseTag, commit: string, message: string): Release | undefined {
  const trailers = parseTrailers(message);
  const imageDigest = parseDigest(trailers.get('image-digest') ?? '');
  const contentHash = parseDigest(trailers.get('content-hash') ?? '');
  if (!imageDigest || !contentHash) return undefined;
  const told = ReleaseTag.parse(`${trailers.get('service')}-${trailers.get('build-number')}`);
  if (told?.toString() !== tag.toString()) return undefined;
  const baseImages = parseBaseImages(trailers.get('base-images'));
  return {
    service: tag.service,
    buildNumber: tag.buildNumber,
    commit,
    imageDigest,
    contentHash,
    dirty: trailers.get('dirty') === 'true',
    ...(baseImages && { baseImages }),
  };
}
