import type { Readable } from 'node:stream';
import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import type { Descriptor } from '../manifest.ts';
import type { ImageTree, StoredManifest } from './image-tree.ts';
import type { Sayings } from './referrers.ts';

/** An image with all that is said of it. */
export interface WholeImage {
  readonly root: StoredManifest;
  readonly image: readonly StoredManifest[];
  readonly all: ImageTree;
  readonly sayings: Sayings;
}

/** Where an image is copied from. */
export interface ImageSource {
  /** Its name in a registry, which may take blobs over from there; undefined where it is in none. */
  readonly image: ImageRef | undefined;
  /** @throws {ProductError} when it is not there, or not all of it. */
  read(): Promise<WholeImage>;
  /** @returns the content of a blob, and who sends it. @throws {ProductError} when it is not there. */
  open(blob: Descriptor, signal: AbortSignal): Promise<{ readonly stream: Readable; readonly origin: string }>;
  /** Returns the problem of a blob that has other content than its digest says. */
  otherContent(digest: Digest, origin: string): unknown;
  /** Returns the problem of a blob that broke off. */
  brokenOff(cause: unknown): unknown;
}
