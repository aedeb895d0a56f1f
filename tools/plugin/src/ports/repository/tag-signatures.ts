import type { AllowedSigners } from '../../model/verify/allowed-signers.ts';
import type { ReleaseTag } from '../../model/release/release-tag.ts';
import type { CheckedTag, TagSignature } from '../../model/verify/tag-signature.ts';

/** Signatures of the tags of releases and packages, and of this machine. */
export interface TagSignatures {
  /**
   * Checks who signed a tag, as the origin has it now.
   * @returns undefined when there is no annotated tag of that name.
   * @throws {Refusal} when the tool that checks it is not installed, or cannot read the signers.
   */
  checkTag(tag: ReleaseTag, signers: AllowedSigners): Promise<CheckedTag | undefined>;
  /**
   * Signs something as a tag would be signed, which is kept nowhere, and checks that.
   * @throws {Refusal} when there is no key to sign with.
   */
  trySigning(signers: AllowedSigners): Promise<TagSignature>;
}

/** How a tag is made. */
export interface TagOptions {
  /** Signs it by the user's git configuration (default: not). */
  readonly sign?: boolean;
}
