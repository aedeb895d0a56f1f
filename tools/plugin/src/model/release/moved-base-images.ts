import type { Digest, ImageRef } from '../image/image-ref.ts';

/** A base image whose tag names another image than it did. */
export interface MovedBaseImage {
  /** As Dockerfiles name it: `node:24-bookworm-slim`. */
  readonly image: string;
  /** The one that a release was built with. */
  readonly was: Digest;
  /** The one that it names later. */
  readonly is: Digest;
}

/** Returns those of a release's base images that moved. @param now what a tag names later, where that is known. */
export function movedBaseImages(
  baseImages: readonly ImageRef[],
  now: (tag: ImageRef) => Digest | undefined,
): MovedBaseImage[] {
  return baseImages.flatMap((image) => {
    const { digest: was, dockerName } = image;
    const is = now(image);
    return was === undefined || is === undefined || is === was ? [] : [{ image: dockerName, was, is }];
  });
}

/** Says which base images moved, as a sentence. */
export function describeMoved(moved: readonly MovedBaseImage[]): string {
  const each = moved.map(({ image, was, is }) => `${image} was ${was}, is ${is}`);
  return `The base image${moved.length === 1 ? '' : 's'} moved: ${each.join('; ')}.`;
}
