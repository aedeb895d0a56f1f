import type { AllowedSigners } from '../../../model/verify/allowed-signers.ts';
import type { ReleaseTag } from '../../../model/release/release-tag.ts';
import type { CheckedTag, TagSignature } from '../../../model/verify/tag-signature.ts';
import type { TagSignatures } from '../../../ports/repository/tag-signatures.ts';
import type { Clone } from '../clone.ts';
import { parseTagObject } from '../refs/annotated-tag.ts';
import { PermanentTags } from '../refs/permanent-tags.ts';
import { isUsable } from '../refs/ref-names.ts';
import { checkSignature } from './check-signature.ts';
import { makeSignedCommit } from './make-signature.ts';
import { signatureKind } from './signature-output.ts';

/** Signatures of tags, by git, ssh-keygen and GnuPG. */
export class GitTagSignatures implements TagSignatures {
  private readonly clone: Clone;
  private readonly tags: PermanentTags;
  /** Successful tries, by the signers: a person whose key must be touched is asked once for all services of a run. */
  private readonly proofs = new Map<string, Promise<TagSignature>>();

  constructor(clone: Clone) {
    this.clone = clone;
    this.tags = new PermanentTags(clone);
  }

  async checkTag(tag: ReleaseTag, signers: AllowedSigners): Promise<CheckedTag | undefined> {
    const found = isUsable(tag) ? await this.tags.find(tag) : undefined;
    const parsed = found && parseTagObject(found.text);
    // The object of another tag, signed as it is, may be pushed under any name.
    if (!found || parsed?.name !== tag.toString()) return undefined;
    const { object, text } = found;
    const kind = signatureKind(text);
    const signature: TagSignature = kind
      ? await checkSignature(this.clone.git, { object, type: 'tag', kind }, signers)
      : { state: 'none' };
    return { commit: parsed.commit, message: parsed.message, signature };
  }

  async trySigning(signers: AllowedSigners): Promise<TagSignature> {
    const list = JSON.stringify(signers);
    const proof = this.proofs.get(list) ?? this.sign(signers);
    this.proofs.set(list, proof);
    const found = await proof.finally(() => this.proofs.delete(list));
    if (found.state === 'good') this.proofs.set(list, proof);
    return found;
  }

  private async sign(signers: AllowedSigners): Promise<TagSignature> {
    const { git } = this.clone;
    const object = await makeSignedCommit(git, 'sign a tag');
    const text = await git.text(['cat-file', 'commit', object]);
    const kind = signatureKind(text.replaceAll(/^gpgsig(-sha256)? /gm, ''));
    return kind ? checkSignature(git, { object, type: 'commit', kind }, signers) : { state: 'none' };
  }
}
