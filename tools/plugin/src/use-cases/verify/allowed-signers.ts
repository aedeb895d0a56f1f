import {
  mistakeInSigners,
  pgpSignersFile,
  sshSignersFile,
  type AllowedSigners,
} from '../../model/verify/allowed-signers.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/**
 * Returns who may sign tags, as the main branch of the origin has it now: not as the checkout does, nor the commit of a
 * release, which are what is to be judged.
 * @param doing the request, as a clause. @throws {Refusal} when nobody may, or that cannot be told.
 */
export async function readAllowedSigners(
  mainBranch: string,
  doing: string,
  { repository }: WithRepository<Commits & SourceFiles>,
): Promise<AllowedSigners> {
  const tip = await repository.branchTip(mainBranch);
  if (!tip || tip.stale !== undefined)
    throw new Refusal({
      type: 'signers-missing',
      doing,
      reason: `Who may sign its tag is not known: ${tip ? `${mainBranch} could not be read. ${tip.stale}` : `the origin has no branch ${mainBranch}.`}`,
      remedy: tip ? 'Try again when the origin answers.' : `Push ${mainBranch}, with ${sshSignersFile} in it.`,
    });
  const texts = await repository.texts(tip.commit, [sshSignersFile, pgpSignersFile]);
  const signers = { ssh: texts.get(sshSignersFile), pgp: texts.get(pgpSignersFile) };
  if (signers.ssh === undefined && signers.pgp === undefined)
    throw new Refusal({
      type: 'signers-missing',
      doing,
      reason: `Its tag must be signed, and ${mainBranch} lists no signers: it has neither ${sshSignersFile} nor ${pgpSignersFile}.`,
      remedy: `Write \`ada@example.com ssh-ed25519 AAAA…\` into ${sshSignersFile}, a line for each key, and merge it.`,
    });
  const mistake = mistakeInSigners(signers);
  if (mistake === undefined) return signers;
  throw new Refusal({
    type: 'signers-malformed',
    doing,
    reason: `The signers that ${mainBranch} lists cannot be read: ${mistake}.`,
    remedy: `An entry is \`ada@example.com ssh-ed25519 AAAA…\`; PGP keys go to ${pgpSignersFile}, armored. Fix it, and merge that.`,
  });
}
