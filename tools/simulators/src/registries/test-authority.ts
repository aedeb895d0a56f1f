import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** Files of a certificate and its key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that nobody knows but the tests. */
export class TestAuthority {
  readonly certificate: string;
  private readonly folder: string;
  private readonly trusting: string[] = [];

  /** @param folder an empty one, for its files. */
  constructor(folder: string) {
    this.folder = folder;
    this.certificate = this.make('authority', ['-addext', 'basicConstraints=critical,CA:TRUE']).certificate;
  }

  /** A certificate for names of this machine. */
  issue(name: string, names = `IP:${ownAddress()},IP:127.0.0.1,DNS:localhost`): CertificateFiles {
    const signedBy = ['-CA', this.certificate, '-CAkey', join(this.folder, 'authority.key')];
    return this.make(name, [...signedBy, '-addext', 'basicConstraints=CA:FALSE', '-addext', `subjectAltName=${names}`]);
  }

  /** Makes docker, podman and us accept its certificates of a registry's host. */
  trustFor(host: string): void {
    const folder = join('/etc/docker/certs.d', host);
    mkdirSync(folder, { recursive: true });
    this.trusting.push(folder);
    copyFileSync(this.certificate, join(folder, 'ca.crt'));
  }

  pem(): string {
    return readFileSync(this.certificate, 'utf8');
  }

  /** Takes back all trust. */
  forget(): void {
    for (const folder of this.trusting.splice(0)) rmSync(folder, { recursive: true });
  }

  private make(name: string, options: readonly string[]): CertificateFiles {
    const files = { certificate: join(this.folder, `${name}.crt`), key: join(this.folder, `${name}.key`) };
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const where = ['-subj', `/CN=${name}`, '-keyout', files.key, '-out', files.certificate];
    execFileSync('openssl', ['req', ...kind, ...where, ...options], { stdio: 'pipe' });
    return files;
  }
}

/** An address of this machine that is not a loopback one, so that engines and we insist on https there. */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const usable = all.filter(({ family, address }) => family === 'IPv4' && !address.startsWith('127.'));
  // One that nobody outside can reach, where there is one.
  const [found] = usable.sort((a, b) => Number(b.internal) - Number(a.internal));
  if (!found) throw new Error('This machine has no address but 127.0.0.1.');
  return found.address;
}
