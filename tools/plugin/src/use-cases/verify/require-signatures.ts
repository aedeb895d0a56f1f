import { takesSignedTags, type Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import {
  packageTag,
  parsePackageMessage,
  isSamePackage,
  type ProvisioningPackage,
} from '../../model/provision/provisioning-package.ts';
import { sshSignersFile } from '../../model/verify/allowed-signers.ts';
import type { Release } from '../../model/release/release.ts';
import { differencesOf } from '../../model/release/release-differences.ts';
import { parseReleaseMessage } from '../../model/release/release-message.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { readAllowedSigners } from './allowed-signers.ts';
import { checkSignedTag, requireSignedTag, type SignaturePorts, type SignedUse } from './signature-witness.ts';

/** Where something is used, and what for. */
interface Use extends Pick<SignedUse, 'mainBranch' | 'doing'> {
  readonly environment: Pick<Environment, 'verify'>;
}

/**
 * Requires, where an environment takes signed tags only, that a key that counts signed the tag of a release, and what was
 * signed is this release. Costs nothing elsewhere.
 * @throws {Refusal}
 */
export async function requireSignedRelease(release: Release, use: Use, ports: SignaturePorts): Promise<void> {
  if (!takesSignedTags(use.environment)) return;
  const tag = new ReleaseTag(release.service, release.buildNumber);
  const { commit, message } = await requireSignedTag({ ...use, tag }, ports);
  const signed = parseReleaseMessage(tag, commit, message);
  const differences = signed ? differencesOf(signed, release) : ['it is not of a release'];
  if (differences.length > 0) throw saysOtherwise(tag, differences, use.doing);
}

/**
 * Returns why a tag does not count, as a sentence, where one of some environments takes signed tags only.
 * @returns undefined where it does. @throws {Refusal} when that cannot be told.
 */
export async function unsignedTag(
  tag: ReleaseTag,
  environments: readonly Pick<Environment, 'verify'>[],
  use: Pick<SignedUse, 'mainBranch' | 'doing'>,
  ports: SignaturePorts,
): Promise<string | undefined> {
  if (!environments.some(takesSignedTags)) return undefined;
  const verdict = await checkSignedTag({ ...use, tag }, ports);
  return 'type' in verdict ? verdict.says : undefined;
}

/** Requires the same of a version of the clusters' configuration. @throws {Refusal} */
export async function requireSignedPackage(
  version: ProvisioningPackage,
  use: Use,
  ports: SignaturePorts,
): Promise<void> {
  if (!takesSignedTags(use.environment)) return;
  const tag = packageTag(version.version);
  const { commit, message } = await requireSignedTag({ ...use, tag }, ports);
  if (isSamePackage(parsePackageMessage(tag, commit, message), version)) return;
  throw saysOtherwise(
    tag,
    [`it is of commit ${commit}, not of ${version.commit} with ${version.contentHash}`],
    use.doing,
  );
}

/** The tag that was signed is another one than what was read before. */
function saysOtherwise(tag: ReleaseTag, differences: readonly string[], doing: string): Refusal {
  return new Refusal({
    type: 'record-differs',
    doing,
    reason: `The signed tag ${tag} says otherwise: ${differences.join('; ')}.`,
    remedy: 'The tag was moved, or the record changed: `nx run infrastructure:audit` asks all witnesses.',
  });
}

/**
 * Requires that this machine can sign tags with a key that counts, where one of some environments takes no others.
 * @returns whether tags are to be signed. @throws {Refusal} when it cannot.
 */
export async function requireSigningKey(
  environments: readonly Pick<Environment, 'verify'>[],
  { mainBranch, doing }: Pick<SignedUse, 'mainBranch' | 'doing'>,
  ports: SignaturePorts,
): Promise<boolean> {
  if (!environments.some(takesSignedTags)) return false;
  const signature = await ports.repository.trySigning(await readAllowedSigners(mainBranch, doing, ports));
  if (signature.state === 'good') return true;
  const key = signature.state === 'none' ? undefined : signature.key;
  const found = signature.state === 'ended' ? 'does not count now' : `is not listed by ${mainBranch}`;
  throw new Refusal({
    type: 'signing-key-missing',
    doing,
    reason: `Its tag must be signed, and the key that git signs with here ${key === undefined ? '' : `(${key}) `}${found}.`,
    remedy: `List its public key in ${sshSignersFile} and merge that, or set \`user.signingkey\` to one that is there.`,
    evidence: signature.state === 'none' ? [] : signature.evidence,
  });
}
