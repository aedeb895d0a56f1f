import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';
import type { SecretFiles } from '../../ports/secret-files.ts';
import { childEnvironment } from '../process/child-environment.ts';
import { runProcess } from '../process/run-process.ts';

/** A key service of a cloud is asked over the network. */
const longestMs = 60_000;
/** Variables by which SOPS finds keys: age, PGP, and the logins of key services. */
const keyVariables = ['SOPS_*', 'GNUPGHOME', 'AWS_*', 'AZURE_*', 'GOOGLE_*', 'CLOUDSDK_*', 'VAULT_*'];
/** Exit codes of SOPS (cmd/sops/codes). */
const noKey = 128;
const changed = [24, 25, 51, 52];

/** Files that SOPS encrypted, by its own program. */
export class SopsFiles implements SecretFiles {
  private readonly env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.env = env;
  }

  async decrypt(path: string, text: string): Promise<string> {
    const type = path.endsWith('.json') ? 'json' : 'yaml';
    const folder = await mkdtemp(join(tmpdir(), 'poc-sops-'));
    try {
      // What is written there is encrypted still: SOPS takes no file from a pipe.
      const file = join(folder, `encrypted.${type}`);
      await writeFile(file, text);
      const args = ['decrypt', '--input-type', type, '--output-type', type, file];
      const env = childEnvironment(this.env, keyVariables);
      const result = await runProcess('sops', args, { cwd: folder, env, timeoutMs: longestMs });
      if (result.state === 'not-started') throw sopsMissing(path);
      if (result.state === 'ended' && result.code === 0) return result.stdout.toString();
      throw refusalOf(path, text, result.state === 'ended' ? result : undefined);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function refusalOf(path: string, text: string, ended: { code: number; stderr: Buffer } | undefined): Refusal {
  const doing = `decrypt ${path}`;
  if (ended?.code === noKey)
    return new Refusal({
      type: 'sops-key-missing',
      doing,
      reason: `No key that this machine has decrypts it. It is encrypted for ${recipientsIn(text)}.`,
      remedy:
        'Set SOPS_AGE_KEY or SOPS_AGE_KEY_FILE, as a secret of the environment that is provisioned (docs/secrets-and-databases.md).',
    });
  if (ended && changed.includes(ended.code))
    return new Refusal({
      type: 'sops-tampered',
      doing,
      reason: 'It was changed after it had been encrypted: its MAC, or a value, does not fit.',
      remedy: 'Look at who changed it. Change it with `sops edit` only, and merge branches by decrypting both.',
    });
  return new Refusal({
    type: 'sops-failed',
    doing,
    reason: ended ? `sops ended with code ${ended.code}.` : `sops gave no answer in ${longestMs / 1000} seconds.`,
    remedy: 'Try `sops decrypt` on it where you may see what is in it.',
  });
}

function sopsMissing(path: string): Refusal {
  return new Refusal({
    type: 'sops-missing',
    doing: `decrypt ${path}`,
    reason: 'The program sops could not be started.',
    remedy: 'Install it where is provisioned (https://getsops.io), and make sure that it is on the PATH.',
  });
}

/** Returns the public keys that a file names, which are no secrets. */
function recipientsIn(text: string): string {
  const found = [...text.matchAll(/"?\brecipient"?: *"?(age1[a-z0-9]+|ssh-[a-z0-9]+ [A-Za-z0-9+/=]+)/g)];
  return [...new Set(found.map(([, recipient]) => recipient!))].join(', ') || 'none of age';
}
