import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';

let folder: string;

beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'certificates ')), 'certificates')));
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });

describe('makeCertificates', () => {
  it('makes what one authority has signed, for nobody else to read', async () => {
    await makeCertificates(folder, undefined);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.crt')))
      expect(openssl('verify', '-CAfile', 'ca.crt', file)).toContain('OK');
    expect(openssl('x509', '-in', 'gateway.crt', '-noout', '-ext', 'subjectAltName')).toContain('DNS:prod.localhost');
  });

  it('adds what a newer version of the platform needs, and leaves the rest as it is', async () => {
    await makeCertificates(folder, undefined);
    const before = readFileSync(join(folder, 'apiserver.crt'), 'utf8');
    rmSync(join(folder, 'gateway.crt'));
    await makeCertificates(folder, undefined);
    expect(openssl('verify', '-CAfile', 'ca.crt', 'gateway.crt')).toContain('OK');
    expect(readFileSync(join(folder, 'apiserver.crt'), 'utf8')).toBe(before);
  });
});
