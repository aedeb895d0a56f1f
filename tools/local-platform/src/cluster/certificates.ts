import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { authorities, certificates, type Authority, type Certificate } from './certificate-list.ts';

const keyArguments = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const days = ['-days', '3650'];

/** The extension that limits a certificate to its use: without it, it would serve for every one. */
const extendedKeyUsage = { client: 'clientAuth', server: 'serverAuth', peer: 'serverAuth,clientAuth' } as const;

/**
 * Makes those of the cluster's certificates that are not there yet, or that an earlier version of the platform made for
 * another subject, use or authority. Authorities stay, so that copies of the kubeconfig file do.
 */
export async function makeCertificates(folder: string, signal: AbortSignal | undefined): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await Promise.all([
    makeServiceAccountKey(folder, signal),
    ...authorities.map((authority) => makeAuthority(folder, authority, signal)),
  ]);
  const missing = certificates.filter((certificate) => !isMade(folder, certificate));
  await Promise.all(missing.map((certificate) => issue(folder, certificate, signal)));
}

/** Makes the key that signs the tokens of service accounts. What is read of it appears last. */
async function makeServiceAccountKey(folder: string, signal: AbortSignal | undefined): Promise<void> {
  if (existsSync(join(folder, 'service-account.pub'))) return;
  const [key, made] = ['service-account.key', 'service-account.new'];
  await openssl(folder, signal, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key);
  await openssl(folder, signal, 'pkey', '-in', key, '-pubout', '-out', made);
  renameSync(join(folder, made), join(folder, 'service-account.pub'));
}

async function makeAuthority(
  folder: string,
  { name, subject, extensions = [] }: Authority,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (existsSync(join(folder, `${name}.crt`))) return;
  const added = ['keyUsage=critical,keyCertSign,cRLSign', ...extensions].flatMap((text) => ['-addext', text]);
  const files = ['-keyout', `${name}.key`, '-out', `${name}.new`];
  await openssl(folder, signal, 'req', '-x509', ...keyArguments, ...files, ...days, '-subj', subject, ...added);
  renameSync(join(folder, `${name}.new`), join(folder, `${name}.crt`));
}

/** Returns the extensions of a certificate, as openssl reads them, below a line with all else that it is made of. */
function extensionsOf({ authority, subject, use, alternativeNames = [] }: Certificate): string {
  const lines = [
    `# ${subject} by ${authority}`,
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    `extendedKeyUsage=${extendedKeyUsage[use]}`,
    ...(alternativeNames.length === 0 ? [] : [`subjectAltName=${alternativeNames.join(',')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Reports whether the certificate is there, and was made of what it would be made of today. */
function isMade(folder: string, certificate: Certificate): boolean {
  const [made, extensions] = ['crt', 'ext'].map((kind) => join(folder, `${certificate.name}.${kind}`));
  return (
    existsSync(made!) && existsSync(extensions!) && readFileSync(extensions!, 'utf8') === extensionsOf(certificate)
  );
}

/** The certificate appears when its key is there, and what it was made of last: until then it is made again. */
async function issue(folder: string, certificate: Certificate, signal: AbortSignal | undefined): Promise<void> {
  const { name, authority, subject } = certificate;
  const [key, request, extensions, made] = ['key', 'csr', 'ext.new', 'new'].map((kind) => `${name}.${kind}`);
  writeFileSync(join(folder, extensions!), extensionsOf(certificate));
  await openssl(folder, signal, 'req', ...keyArguments, '-keyout', key!, '-out', request!, '-subj', subject);
  const serial = ['-set_serial', `0x${randomBytes(8).toString('hex')}`];
  const signer = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, ...serial];
  const files = ['-in', request!, '-out', made!, '-extfile', extensions!];
  await openssl(folder, signal, 'x509', '-req', ...files, ...signer, ...days);
  renameSync(join(folder, made!), join(folder, `${name}.crt`));
  renameSync(join(folder, extensions!), join(folder, `${name}.ext`));
}

function openssl(folder: string, signal: AbortSignal | undefined, ...args: string[]): Promise<string> {
  return runCommand('make the certificates of the cluster', ['openssl', ...args], { cwd: folder, signal });
}
