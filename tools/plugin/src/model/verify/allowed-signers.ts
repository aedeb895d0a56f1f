import { pgpSignersFile, sshSignersFile } from '../workspace/places.ts';
import { createHash } from 'node:crypto';

/*
 * The file of ssh keys that may sign tags, in ssh's own format (`man ssh-keygen`, ALLOWED SIGNERS), and that of PGP keys that
 * may, one armored public key below another.
 */
export { pgpSignersFile, sshSignersFile };

/** The keys that may sign tags, as the texts of the two files; a file that is not there is left out. */
export interface AllowedSigners {
  readonly ssh?: string | undefined;
  readonly pgp?: string | undefined;
}

/** A line of ssh's file. */
interface SshSigner {
  /** `ada@example.com`, or several, or a pattern. */
  readonly principals: string;
  /** As ssh writes it: `SHA256:…`. */
  readonly fingerprint: string;
}

/** Principals, options, the kind of the key, and the key. An option's value may have blanks in its quotes. */
const entry =
  /^(\S+)\s+(?:(?!(?:ssh|ecdsa|sk)-)(?:[^\s"]|"[^"]*")+\s+)?((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/]+=*)(?:\s.*)?$/;

/**
 * Returns what is wrong with the files, as a clause that names the place: ssh passes over a line that it cannot read, and
 * whoever wrote it would believe that it counts. Undefined when all of it can be read.
 */
export function mistakeInSigners({ ssh, pgp }: AllowedSigners): string | undefined {
  const text = `${ssh ?? ''}\n${pgp ?? ''}`;
  if (/PRIVATE KEY/.test(text)) return 'they hold a private key, which is known to all who may read the repository';
  for (const [index, line] of (ssh ?? '').split('\n').entries())
    if (isEntry(line) && !readEntry(line)) return `line ${index + 1} of ${sshSignersFile} is not an entry of a key`;
  if (pgp !== undefined && !/^-----BEGIN PGP PUBLIC KEY BLOCK-----\s*$/m.test(pgp))
    return `${pgpSignersFile} holds no armored public key`;
  return undefined;
}

/** Returns the principals of ssh's file whose entry is of a key; undefined when it has none. */
export function principalOf({ ssh = '' }: AllowedSigners, fingerprint: string): string | undefined {
  for (const line of ssh.split('\n')) {
    const signer = isEntry(line) ? readEntry(line) : undefined;
    if (signer?.fingerprint === fingerprint) return signer.principals;
  }
  return undefined;
}

/** Returns the fingerprint of an ssh key. @param key as its public file has it, in Base64. */
export function keyFingerprint(key: string): string {
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

function isEntry(line: string): boolean {
  return line.trim() !== '' && !line.trimStart().startsWith('#');
}

function readEntry(line: string): SshSigner | undefined {
  const [, principals = '', kind = '', key = ''] = entry.exec(line.trim()) ?? [];
  const blob = Buffer.from(key, 'base64');
  // A key begins with the name of its kind.
  if (kind === '' || blob.length < 4 || blob.subarray(4, 4 + blob.readUInt32BE(0)).toString() !== kind)
    return undefined;
  return { principals, fingerprint: keyFingerprint(key) };
}
