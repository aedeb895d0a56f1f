import type { ImageRef } from '../model/image/image-ref.ts';

/** Asks whether something may be written, and writes nothing that stays. */
export interface PushRights {
  /**
   * Pretends to push the checked-out commit under a name.
   * @param ref `refs/tags/x`. @throws {Refusal} when the origin is not reached, or does not let this account write.
   */
  tryPush(ref: string): Promise<void>;
  /** Begins an upload and calls it off. @throws {Refusal} when the registry is not reached, or does not let this account write. */
  tryUpload(image: ImageRef): Promise<void>;
}
