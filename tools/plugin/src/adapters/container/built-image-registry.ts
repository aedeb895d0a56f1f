import type { Digest, ImageRef } from '../../model/image/image-ref.ts';

/** Registries as engines need them for what they build, and do not push under its tag themselves. */
export interface BuiltImageRegistry {
  /** Pushes an image that was built into a folder (OCI image layout). @returns its digest. @throws {ProductError} */
  pushLayout(folder: string, image: ImageRef, signal?: AbortSignal): Promise<Digest>;
  /** Looks for an image, by its digest. @returns undefined when not all of it is there, or is not to be seen. */
  findUntagged(image: ImageRef): Promise<UntaggedImage | undefined>;
}

/** An image that is in its repository, without a tag. */
export interface UntaggedImage {
  /** @throws {ProductError} also when the tag names another image. */
  tagAs(image: ImageRef, signal?: AbortSignal): Promise<void>;
}
