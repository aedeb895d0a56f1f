import { createHash } from 'node:crypto';
import { keyFingerprint, principalOf, type AllowedSigners } from '../../plugin/src/model/verify/allowed-signers.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { packageMessage, type ProvisioningPackage } from '../../plugin/src/model/provision/provisioning-package.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import { releaseMessage } from '../../plugin/src/model/release/release-message.ts';
import type { CheckedTag, TagSignature } from '../../plugin/src/model/verify/tag-signature.ts';

/** What is signed of a tag. */
type TagText = Pick<CheckedTag, 'commit' | 'message'>;

/** A key's signature of a text; whoever has the key's name can make it, which is enough for a twin. */
export interface InMemorySignature {
  readonly fingerprint: string;
  readonly of: string;
}

export const releaseText = (release: Release): TagText => ({
  commit: release.commit,
  message: releaseMessage(release),
});
export const packageText = (made: ProvisioningPackage): TagText => ({
  commit: made.commit,
  message: packageMessage(made),
});

/** Returns an ssh key as its public file has it, which is nobody's. @param name what it is made of. */
export function publicKey(name: string): string {
  const kind = 'ssh-ed25519';
  const parts = [Buffer.from(kind), createHash('sha256').update(name).digest()];
  const sized = parts.flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]);
  return `${kind} ${Buffer.concat(sized).toString('base64')}`;
}

/** Signs a text. @param key as its public file has it. @throws {Refusal} when there is none. */
export function signed(text: TagText, key: string | undefined): InMemorySignature {
  if (key !== undefined) return { fingerprint: keyFingerprint(key.split(' ')[1]!), of: JSON.stringify(text) };
  const reason = 'Its tag must be signed, and git cannot sign here.';
  throw new Refusal({ type: 'signing-key-missing', doing: 'sign a tag', reason, remedy: 'Give git a key.' });
}

/** Checks a signature of a text. */
export function checked(
  text: TagText,
  signature: InMemorySignature | undefined,
  signers: AllowedSigners,
): TagSignature {
  if (!signature) return { state: 'none' };
  const { fingerprint: key, of } = signature;
  const principal = principalOf(signers, key);
  if (of !== JSON.stringify(text)) return { state: 'broken', key: undefined, principal: undefined, evidence: [] };
  return principal === undefined
    ? { state: 'unknown', key, principal, evidence: [] }
    : { state: 'good', key, principal };
}
