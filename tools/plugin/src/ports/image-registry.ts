import type { Digest, ImageRef } from '../model/release/image-ref.ts';

/** Reads what registries hold, and keeps it as it is. */
export interface ImageRegistry {
  /** Digest of the image that a tag (or digest) names, or undefined when there is none. @throws {Refusal} unreachable, or auth refused. */
  digest(image: ImageRef): Promise<Digest | undefined>;
  /** Labels of the image's configuration, or undefined when there is no such image. */
  labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined>;
  /** Keeps the image's tag from being moved or deleted, by a registry that can; others are left alone. @throws {Refusal} it did not. */
  lockTag(image: ImageRef): Promise<void>;
}
