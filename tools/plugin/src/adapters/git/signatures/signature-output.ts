import { principalOf, type AllowedSigners } from '../../../model/verify/allowed-signers.ts';
import type { TagSignature } from '../../../model/verify/tag-signature.ts';

/** The kinds of signatures that are checked; git knows those of X.509, too, which are believed by the machine's own list. */
export type SignatureKind = 'ssh' | 'pgp';

/** The end of a check by git. */
export interface CheckRun {
  readonly code: number;
  /** Output of `git verify-tag --raw`. */
  readonly output: string;
}

/** The lines that git takes for the begin of a signature. */
const mark = /^-----BEGIN (SSH SIGNATURE|PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----/gm;

/** Returns the kind of the signature that git finds in an object's text: the last; undefined when it has none that counts. */
export function signatureKind(text: string): SignatureKind | undefined {
  const kinds: Readonly<Record<string, SignatureKind>> = { 'SSH SIGNATURE': 'ssh', 'PGP SIGNATURE': 'pgp' };
  return kinds[[...text.matchAll(mark)].at(-1)?.[1] ?? ''];
}

/** Reads what ssh-keygen said. */
export function sshSignature({ code, output }: CheckRun, signers: AllowedSigners): TagSignature {
  const [, listed, key] = /^Good "git" signature (?:for (.+) )?with \S+ key (SHA256:\S+)$/m.exec(output) ?? [];
  if (code === 0 && listed !== undefined && key !== undefined) return { state: 'good', key, principal: listed };
  const evidence = linesOf(output);
  // Of one that is listed for something else, ssh-keygen tells no key.
  const isOfOtherUse = output.includes('key is not permitted for use in signature namespace');
  if (key === undefined) return { state: isOfOtherUse ? 'unknown' : 'broken', key, principal: undefined, evidence };
  const isOld = /: key (has expired|is not yet valid)/.test(output);
  return { state: isOld ? 'ended' : 'unknown', key, principal: principalOf(signers, key), evidence };
}

/**
 * Reads what GnuPG said for machines.
 * @param listed fingerprints of the keys that may sign: another one may have come from a key server.
 */
export function pgpSignature({ code, output }: CheckRun, listed: ReadonlySet<string>): TagSignature {
  const status = new Map<string, readonly string[]>();
  for (const [, name = '', rest = ''] of output.matchAll(/^\[GNUPG:\] (\S+) ?(.*)$/gm))
    status.set(name, rest.split(' '));
  const holder = ['GOODSIG', 'EXPKEYSIG', 'REVKEYSIG', 'EXPSIG', 'BADSIG'].find((name) => status.has(name)) ?? '';
  const principal = status.get(holder)?.slice(1).join(' ');
  // The last field of VALIDSIG is the primary key, of which the signing key may be a part.
  const key = status.get('VALIDSIG')?.at(-1) ?? status.get('ERRSIG')?.[6] ?? status.get(holder)?.[0];
  if (code === 0 && holder === 'GOODSIG' && key !== undefined && listed.has(key))
    return { state: 'good', key, principal: principal ?? key };
  const evidence = linesOf(output).filter((line) => !/^\[GNUPG:\] (NEWSIG|KEY_CONSIDERED|SIG_ID|PROGRESS)/.test(line));
  const states = { EXPKEYSIG: 'ended', REVKEYSIG: 'ended', EXPSIG: 'ended', BADSIG: 'broken' } as const;
  const state = states[holder as keyof typeof states] ?? (key === undefined ? 'broken' : 'unknown');
  return { state, key, principal, evidence };
}

function linesOf(output: string): string[] {
  return (
    output
      .split('\n')
      // The paths are of files that are gone.
      .map((line) => line.trimEnd().replace(/^\S*allowed-signers:/, 'allowed-signers:'))
      .filter((line) => line !== '')
      .slice(-5)
  );
}
