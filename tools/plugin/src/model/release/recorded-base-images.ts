import { ImageRef } from '../image/image-ref.ts';

/** Returns base images as a label and a tag's trailer keep them: `docker.io/library/node:24@sha256:… …`. */
export function writeBaseImages(images: readonly ImageRef[]): string {
  return images.map(String).sort().join(' ');
}

/** Reads them back; what is none is left out. @returns undefined where there are none, or nothing is kept. */
export function parseBaseImages(text: string | undefined): readonly ImageRef[] | undefined {
  const images = (text ?? '').split(' ').flatMap((word) => {
    const image = ImageRef.parse(word);
    return image?.tag !== undefined && image.digest !== undefined ? [image] : [];
  });
  return images.length > 0 ? images : undefined;
}
