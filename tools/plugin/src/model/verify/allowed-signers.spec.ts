import fc from 'fast-check';
import { publicKey } from '../../../../twins/src/in-memory-signature.ts';
import { keyFingerprint, mistakeInSigners, principalOf } from './allowed-signers.ts';

const key = publicKey('ada');
const fingerprint = keyFingerprint(key.split(' ')[1]!);

describe('allowed signers', () => {
  it.each([
    `ada@example.com ${key}`,
    `ada@example.com ${key} a comment`,
    `  ada@example.com\tnamespaces="git",valid-after="20260101" ${key}`,
    `ada@example.com cert-authority ${key}`,
    `ada@example.com namespaces="git file, x" ${key}`,
  ])('finds who has a key: %s', (line) => {
    const signers = { ssh: `# who may sign\r\n\n${line}\n` };
    expect(mistakeInSigners(signers)).toBeUndefined();
    expect(principalOf(signers, fingerprint)).toBe('ada@example.com');
    expect(principalOf(signers, 'SHA256:x')).toBeUndefined();
  });

  it('names the line that ssh would pass over', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.string({ minLength: 1 }), (before, text) => {
        const line = text.replace(/[\r\n#]/g, 'x').trim() || 'x';
        const ssh = `${`ada ${key}\n`.repeat(before)}${line}\n`;
        expect(mistakeInSigners({ ssh })).toContain(`line ${before + 1} of Infrastructure/allowed-signers`);
      }),
    );
    expect(mistakeInSigners({ ssh: `ada ssh-rsa ${key.split(' ')[1]}` })).toContain('line 1');
  });

  it('refuses a private key, and a file of PGP keys without any', () => {
    // From parts, so that scanners of secrets find none.
    const begin = (what: string) => `-----BEGIN ${what}-----`;
    expect(mistakeInSigners({ ssh: begin('OPENSSH PRIVATE KEY') })).toContain('private key');
    expect(mistakeInSigners({ pgp: begin('PGP PRIVATE KEY BLOCK') })).toContain('private key');
    expect(mistakeInSigners({ pgp: 'ada' })).toContain('allowed-signers.asc');
    expect(mistakeInSigners({ pgp: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n' })).toBeUndefined();
    expect(mistakeInSigners({})).toBeUndefined();
  });
});
