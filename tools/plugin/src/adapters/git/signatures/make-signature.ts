import { Refusal } from '../../../model/errors/product-error.ts';
import type { Git, GitResult } from '../git.ts';
import { namelessTagger, type AnnotatedTag } from '../refs/annotated-tag.ts';

/** A person may be asked for a passphrase, or to touch a key. */
const signingTimeoutMs = 120_000;

/**
 * Makes a signed tag object in this clone, by the user's git configuration. No ref points to it then.
 * @returns its name. @throws {Refusal} when it cannot be signed.
 */
export async function makeSignedTag(git: Git, { name, commit, message }: AnnotatedTag, doing: string): Promise<string> {
  const ref = `refs/tags/${name}`;
  // git signs no tag without making its ref; a tag exists once the origin has it.
  const args = ['tag', '--sign', '--cleanup=verbatim', '--file=-', name, commit];
  const made = await git.run(args, { ...(await signing(git)), input: message });
  if (made.code !== 0) throw cannotSign(made, doing);
  const object = (await git.text(['rev-parse', ref])).trim();
  await git.text(['update-ref', '-d', ref, object]);
  return object;
}

/** Makes a signed commit that no branch has, as a proof that there is a key. @returns its name. @throws {Refusal} */
export async function makeSignedCommit(git: Git, doing: string): Promise<string> {
  const args = ['commit-tree', '-S', '-m', 'Can this machine sign?', 'HEAD^{tree}'];
  const made = await git.run(args, await signing(git));
  if (made.code !== 0) throw cannotSign(made, doing);
  return made.stdout.toString().trim();
}

async function signing(git: Git): Promise<{ timeoutMs: number; config: Record<string, string> }> {
  const identity = await git.run(['var', 'GIT_COMMITTER_IDENT']);
  const { name, email } = namelessTagger;
  return { timeoutMs: signingTimeoutMs, config: identity.code === 0 ? {} : { 'user.name': name, 'user.email': email } };
}

function cannotSign({ stderr }: GitResult, doing: string): Refusal {
  return new Refusal({
    type: 'signing-key-missing',
    doing,
    reason: 'Its tag must be signed, and git cannot sign here.',
    remedy:
      'Give git a key: `git config gpg.format ssh` and `git config user.signingkey ~/.ssh/id_ed25519.pub`; in a CI see docs/verified-releases.md.',
    evidence: stderr
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .slice(-5),
  });
}
