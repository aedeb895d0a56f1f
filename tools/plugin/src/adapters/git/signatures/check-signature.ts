import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pgpSignersFile, type AllowedSigners } from '../../../model/verify/allowed-signers.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { TagSignature } from '../../../model/verify/tag-signature.ts';
import { childEnvironment } from '../../process/child-environment.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Git } from '../git.ts';
import { pgpSignature, sshSignature, type CheckRun, type SignatureKind } from './signature-output.ts';

const checkTimeoutMs = 120_000;
const doing = 'check the signature of a tag';

/** An object whose signature is checked. */
export interface SignedObject {
  readonly object: string;
  readonly type: 'tag' | 'commit';
  readonly kind: SignatureKind;
}

/**
 * Checks the signature of an object by some signers alone: neither by the keys that this machine knows, nor by programs that
 * this clone is set up for.
 * @throws {Refusal} when the tool for it is not installed, or cannot read the signers.
 */
export async function checkSignature(git: Git, signed: SignedObject, signers: AllowedSigners): Promise<TagSignature> {
  // Of this user alone: whoever could write here could add a key.
  const folder = await mkdtemp(join(tmpdir(), 'poc-signers-'));
  try {
    return signed.kind === 'ssh'
      ? await checkSsh(git, signed, signers, folder)
      : await checkPgp(git, signed, signers, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkSsh(
  git: Git,
  signed: SignedObject,
  signers: AllowedSigners,
  folder: string,
): Promise<TagSignature> {
  const file = join(folder, 'allowed-signers');
  await writeFile(file, signers.ssh ?? '');
  const settings = { 'gpg.ssh.program': 'ssh-keygen', 'gpg.ssh.allowedSignersFile': file };
  return sshSignature(await verify(git, signed, settings), signers);
}

async function checkPgp(
  git: Git,
  signed: SignedObject,
  signers: AllowedSigners,
  folder: string,
): Promise<TagSignature> {
  const listed = signers.pgp === undefined ? new Set<string>() : await importKeys(signers.pgp, folder);
  // Keys that are listed are believed: their owners' trust in each other is not asked for.
  const settings = { 'gpg.program': 'gpg', 'gpg.openpgp.program': 'gpg', 'gpg.minTrustLevel': 'undefined' };
  return pgpSignature(await verify(git, signed, settings, { GNUPGHOME: folder }), listed);
}

/** Imports armored keys into a folder. @returns their fingerprints. */
async function importKeys(armored: string, folder: string): Promise<ReadonlySet<string>> {
  const args = ['--homedir', folder, '--batch', '--no-autostart', '--status-fd', '1', '--import'];
  const env = { ...childEnvironment(process.env), LC_ALL: 'C' };
  const result = await runProcess('gpg', args, { input: armored, env, timeoutMs: checkTimeoutMs });
  if (result.state === 'not-started') throw toolMissing('gpg');
  const imported = [...result.stdout.toString().matchAll(/^\[GNUPG:\] IMPORT_OK \d+ ([0-9A-F]+)$/gm)];
  if (imported.length > 0) return new Set(imported.map(([, fingerprint]) => fingerprint!));
  throw new Refusal({
    type: 'signers-malformed',
    doing,
    reason: `gpg finds no key in ${pgpSignersFile} of the main branch.`,
    remedy: 'Export the keys with `gpg --armor --export ADDRESS`, and merge the file.',
    evidence: result.stderr.toString().trim().split('\n').slice(-3),
  });
}

async function verify(
  git: Git,
  { object, type }: SignedObject,
  settings: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<CheckRun> {
  // As arguments they go before all that the user and this clone set.
  const config = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const args = [...config, `verify-${type}`, '--raw', object];
  const { code, stderr } = await git.run(args, { env, timeoutMs: checkTimeoutMs });
  const [, tool] = /cannot run (ssh-keygen|gpg)\b/.exec(stderr) ?? [];
  if (tool !== undefined) throw toolMissing(tool);
  return { code, output: stderr };
}

function toolMissing(tool: string): Refusal {
  return new Refusal({
    type: 'signature-tool-missing',
    doing,
    reason: `${tool} could not be started: it checks ${tool === 'gpg' ? 'PGP' : 'ssh'} signatures.`,
    remedy: `Install it (${tool === 'gpg' ? 'gnupg' : 'openssh-client'}), and make sure that it is on the PATH.`,
  });
}
