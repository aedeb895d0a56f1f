import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorities, certificates } from './certificate-list.ts';
import { makeCertificates } from './certificates.ts';

let folder: string;

beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'certificates ')), 'certificates')));
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Reports whether an authority vouches for a certificate, for a purpose of openssl's. */
function isTrusted(name: string, authority: string, purpose: string): boolean {
  try {
    return openssl('verify', '-purpose', purpose, '-CAfile', `${authority}.crt`, `${name}.crt`).includes('OK');
  } catch {
    return false;
  }
}

describe('makeCertificates', () => {
  it('makes what only one authority vouches for, and only for its use', async () => {
    await makeCertificates(folder, undefined);
    for (const { name, authority, use } of certificates) {
      for (const other of authorities) {
        const by = {
          sslclient: isTrusted(name, other.name, 'sslclient'),
          sslserver: isTrusted(name, other.name, 'sslserver'),
        };
        const here = other.name === authority;
        expect([name, other.name, by]).toEqual([
          name,
          other.name,
          { sslclient: here && use !== 'server', sslserver: here && use !== 'client' },
        ]);
      }
    }
  });

  it('keeps all of it from other users of the machine', async () => {
    await makeCertificates(folder, undefined);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.key')))
      expect([file, statSync(join(folder, file)).mode & 0o077]).toEqual([file, 0]);
  });

  it("gives nobody but the administrator the administrators' group", async () => {
    await makeCertificates(folder, undefined);
    const masters = certificates.filter(({ name }) =>
      openssl('x509', '-in', `${name}.crt`, '-noout', '-subject').includes('system:masters'),
    );
    expect(masters.map(({ name }) => name)).toEqual(['admin']);
  });

  it('lets the authority of the gateway vouch for names of this machine only', async () => {
    await makeCertificates(folder, undefined);
    expect(openssl('x509', '-in', 'gateway.crt', '-noout', '-ext', 'subjectAltName')).toContain('DNS:prod.localhost');
    writeFileSync(join(folder, 'bank.ext'), 'subjectAltName=DNS:bank.example\n');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'bank.key'];
    openssl('req', ...key, '-out', 'bank.csr', '-subj', '/CN=bank');
    const signer = ['-CA', 'gateway-ca.crt', '-CAkey', 'gateway-ca.key', '-set_serial', '7'];
    openssl('x509', '-req', '-in', 'bank.csr', '-out', 'bank.crt', '-extfile', 'bank.ext', ...signer);
    expect(isTrusted('bank', 'gateway-ca', 'sslserver')).toBe(false);
  });

  it('adds what a newer version of the platform needs, and leaves the rest as it is', async () => {
    await makeCertificates(folder, undefined);
    const before = readFileSync(join(folder, 'apiserver.crt'), 'utf8');
    rmSync(join(folder, 'gateway.crt'));
    await makeCertificates(folder, undefined);
    expect(isTrusted('gateway', 'gateway-ca', 'sslserver')).toBe(true);
    expect(readFileSync(join(folder, 'apiserver.crt'), 'utf8')).toBe(before);
  });

  it('makes again what an older version made for every use, by the same authority', async () => {
    await makeCertificates(folder, undefined);
    const authority = readFileSync(join(folder, 'ca.crt'), 'utf8');
    const older = { 'kubelet-client': '/O=system:masters/CN=apiserver-kubelet', gateway: '/CN=poc-local-gateway' };
    for (const [name, subject] of Object.entries(older)) {
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${name}\n`);
      openssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
      const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', '7', '-extfile', `${name}.ext`];
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signer);
    }
    expect(isTrusted('gateway', 'ca', 'sslclient')).toBe(true);
    await makeCertificates(folder, undefined);
    expect(isTrusted('gateway', 'ca', 'sslclient')).toBe(false);
    expect(openssl('x509', '-in', 'kubelet-client.crt', '-noout', '-subject')).not.toContain('system:masters');
    expect(readFileSync(join(folder, 'ca.crt'), 'utf8')).toBe(authority);
  });
});
