import { pgpSignersFile, sshSignersFile } from '../../model/verify/allowed-signers.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { ReleaseTag } from '../../model/release/release-tag.ts';
import type { CheckedTag, TagSignature } from '../../model/verify/tag-signature.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { TagSignatures } from '../../ports/repository/tag-signatures.ts';
import { readAllowedSigners } from './allowed-signers.ts';
import type { Disagreement } from './image-witness.ts';

/** The parts of a repository that a signature is checked with. */
export type SignaturePorts = WithRepository<Commits & SourceFiles & TagSignatures>;

/** A tag whose signature is asked for. */
export interface SignedUse {
  readonly tag: ReleaseTag;
  readonly mainBranch: string;
  /** The request, as a clause. */
  readonly doing: string;
}

/** The text of a tag, or why it is not believed. */
export type SignatureVerdict = CheckedTag | (Disagreement & { readonly evidence: readonly string[] });

/**
 * Checks whether a key that the main branch lists signed a tag.
 * @throws {Refusal} when that cannot be told.
 */
export async function checkSignedTag(
  { tag, mainBranch, doing }: SignedUse,
  ports: SignaturePorts,
): Promise<SignatureVerdict> {
  const signers = await readAllowedSigners(mainBranch, doing, ports);
  const checked = await ports.repository.checkTag(tag, signers);
  if (!checked)
    return {
      type: 'tag-missing',
      says: `There is no annotated tag ${tag}, and only a signed one is believed.`,
      remedy: 'Where its image agrees, `nx run infrastructure:audit --repair` makes it again, and signs it.',
      evidence: [],
    };
  const { signature } = checked;
  if (signature.state === 'good') return checked;
  return { ...explain(signature, tag, mainBranch), evidence: signature.state === 'none' ? [] : signature.evidence };
}

/** Requires that a key that the main branch lists signed a tag. @returns what it says. @throws {Refusal} */
export async function requireSignedTag(used: SignedUse, ports: SignaturePorts): Promise<CheckedTag> {
  const verdict = await checkSignedTag(used, ports);
  if (!('type' in verdict)) return verdict;
  const { type, says: reason, remedy, evidence } = verdict;
  throw new Refusal({ type, doing: used.doing, reason, remedy, evidence });
}

/** Says why the signature of a tag is not believed. */
function explain(
  signature: Exclude<TagSignature, { readonly state: 'good' }>,
  tag: ReleaseTag,
  mainBranch: string,
): Disagreement {
  const again = `delete it with \`git push origin :refs/tags/${tag}\`; where its image agrees, \`nx run infrastructure:audit --repair\` makes and signs it again. Or release again.`;
  if (signature.state === 'none')
    return {
      type: 'tag-not-signed',
      says: `The tag ${tag} is signed neither by an ssh nor by a PGP key.`,
      remedy: `Look at who pushed it, and ${again}`,
    };
  const { key, principal } = signature;
  const by = `${key === undefined ? 'a key that is not known' : `the key ${key}`}${principal === undefined ? '' : ` (${principal})`}`;
  const files = `${sshSignersFile} or ${pgpSignersFile}`;
  const [type, says, remedy]: readonly [ErrorType, string, string] = {
    unknown: [
      'tag-signer-unknown',
      `The tag ${tag} is signed by ${by}, which ${mainBranch} does not list for it in ${files}.`,
      `If the key is right, list it there and merge that. Otherwise look at who pushed the tag, and ${again}`,
    ] as const,
    ended: [
      'tag-signer-ended',
      `The tag ${tag} is signed by ${by}, which did not count at the time or was revoked.`,
      `Sign with a key that counts: ${again}`,
    ] as const,
    broken: [
      'tag-signature-broken',
      `The signature of the tag ${tag} by ${by} does not fit what the tag says.`,
      `It was changed after it was signed: look at who pushed it, and ${again}`,
    ] as const,
  }[signature.state];
  return { type, says, remedy };
}
