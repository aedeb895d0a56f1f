import type { BuildNumber } from './build-number.ts';
import type { Digest, ImageRef } from '../image/image-ref.ts';

/** Hash of everything that makes a service's image and manifests what they are: `sha256:` and 64 hexadecimal digits. */
export type ContentHash = `sha256:${string}`;

/** One build of one service. Never changes once its tag exists. */
export interface Release {
  readonly service: string;
  readonly buildNumber: BuildNumber;
  /** Full object name of the built commit. */
  readonly commit: string;
  readonly imageDigest: Digest;
  readonly contentHash: ContentHash;
  /** Built from a working tree with changes that no commit holds (`--allow-dirty`). */
  readonly dirty: boolean;
  /**
   * The images that it was built on top of, or copied from, by the tags of which nobody keeps them from moving, each with the
   * digest that it had. Undefined where that is not known.
   */
  readonly baseImages?: readonly ImageRef[];
}
