import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { apiServiceAddress, environmentNamespaces, nodeAddress, nodeName } from '../addresses.ts';
import { runCommand } from '../processes/run-command.ts';

/** The identity that a certificate is issued to. */
interface Subject {
  readonly name: string;
  readonly subject: string;
  readonly alternativeNames?: readonly string[];
}

const gatewayNames = ['localhost', ...environmentNamespaces.map((name) => `${name}.localhost`)].map(
  (name) => `DNS:${name}`,
);

const subjects: readonly Subject[] = [
  {
    name: 'apiserver',
    subject: '/CN=kube-apiserver',
    alternativeNames: [
      `IP:${nodeAddress}`,
      `IP:${apiServiceAddress}`,
      'IP:127.0.0.1',
      'DNS:localhost',
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
      'DNS:kubernetes.default.svc.cluster.local',
    ],
  },
  { name: 'admin', subject: '/O=system:masters/CN=poc-local-admin' },
  { name: 'controller-manager', subject: '/CN=system:kube-controller-manager' },
  { name: 'scheduler', subject: '/CN=system:kube-scheduler' },
  { name: 'kubelet', subject: `/O=system:nodes/CN=system:node:${nodeName}` },
  { name: 'proxy', subject: '/CN=system:kube-proxy' },
  { name: 'kube-router', subject: '/CN=kube-router' },
  { name: 'load-balancer', subject: '/CN=load-balancer' },
  // What the gateway shows to its callers.
  { name: 'gateway', subject: '/CN=poc-local-gateway', alternativeNames: gatewayNames },
  { name: 'kubelet-client', subject: '/O=system:masters/CN=apiserver-kubelet' },
];

const keyArguments = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const days = ['-days', '3650'];

/** Makes those of the cluster's certificates that are not there yet. */
export async function makeCertificates(folder: string, signal: AbortSignal | undefined): Promise<void> {
  await makeAuthority(folder, signal);
  const missing = subjects.filter(({ name }) => !existsSync(join(folder, `${name}.crt`)));
  await Promise.all(missing.map((subject) => issue(folder, subject, signal)));
}

/** Makes what signs certificates and tokens. The folder appears when all of it is made. */
async function makeAuthority(folder: string, signal: AbortSignal | undefined): Promise<void> {
  if (existsSync(folder)) return;
  const staging = `${folder}.new`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  const authority = ['-keyout', 'ca.key', '-out', 'ca.crt', ...days, '-subj', '/CN=poc-local-ca'];
  await Promise.all([
    openssl(staging, signal, 'req', '-x509', ...keyArguments, ...authority),
    openssl(staging, signal, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'service-account.key').then(
      () => openssl(staging, signal, 'pkey', '-in', 'service-account.key', '-pubout', '-out', 'service-account.pub'),
    ),
  ]);
  renameSync(staging, folder);
}

/** The certificate appears last, when its key is there. */
async function issue(
  folder: string,
  { name, subject, alternativeNames = [`DNS:${name}`] }: Subject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [key, request, extensions, made] = ['key', 'csr', 'ext', 'new'].map((kind) => `${name}.${kind}`);
  writeFileSync(join(folder, extensions!), `subjectAltName=${alternativeNames.join(',')}\n`);
  await openssl(folder, signal, 'req', ...keyArguments, '-keyout', key!, '-out', request!, '-subj', subject);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', `0x${randomBytes(8).toString('hex')}`];
  const files = ['-in', request!, '-out', made!, '-extfile', extensions!];
  await openssl(folder, signal, 'x509', '-req', ...files, ...authority, ...days);
  renameSync(join(folder, made!), join(folder, `${name}.crt`));
}

function openssl(folder: string, signal: AbortSignal | undefined, ...args: string[]): Promise<string> {
  return runCommand('make the certificates of the cluster', ['openssl', ...args], { cwd: folder, signal });
}
