import type { Platform } from '../model/build/platform.ts';
import type { Digest, ImageRef } from '../model/image/image-ref.ts';

/** The amount of work in a copy of an image. */
export interface CopyAmount {
  /** Number of configurations and layers that are sent, because the other repository does not have them. */
  readonly blobs: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Number of those that the registry takes over from another repository of its own, without being sent them. */
  readonly mounted: number;
}

/** Reads what registries hold, keeps it as it is, and brings it from one to another. */
export interface ImageRegistry {
  /**
   * Digest of the image that a tag (or digest) names, or undefined when there is none. @throws {Refusal} unreachable, or auth
   * refused.
   */
  digest(image: ImageRef, signal?: AbortSignal): Promise<Digest | undefined>;
  /**
   * Labels of the image's configuration, or undefined when there is no such image. Of an index, those that its images for
   * all platforms have in common. @throws {Refusal} also when those were not built as the same release.
   */
  labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * Platforms that the image is for, each once: of an index, those of its images. None where it does not say; undefined when
   * there is no such image. @throws {Refusal}
   */
  platforms(image: ImageRef): Promise<readonly Platform[] | undefined>;
  /** Keeps the image's tag from being moved or deleted, by a registry that can; others are left alone. @throws {Refusal} it did not. */
  lockTag(image: ImageRef): Promise<void>;
  /** Returns what `copy` would send now. Changes nothing. */
  plannedCopy(from: ImageRef, to: ImageRef): Promise<CopyAmount>;
  /**
   * Copies an image with all that is said of it (signatures, attestations), so that it has the same digest there. What is
   * there already is not sent again: a copy that broke off goes on.
   * @param from by its digest. @param to its tag there, which is made last. @returns what was sent.
   * @throws {Refusal} when it is not permitted, or the tag names another image there. @throws {Failure} when it broke off.
   */
  copy(from: ImageRef, to: ImageRef, signal?: AbortSignal): Promise<CopyAmount>;
}
