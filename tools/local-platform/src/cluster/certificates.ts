import { mkdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { apiServiceAddress, nodeAddress, nodeName } from '../addresses.ts';
import { runCommand } from '../processes/run-command.ts';

/** Who a certificate speaks for. */
interface Subject {
  readonly name: string;
  readonly subject: string;
  readonly alternativeNames?: readonly string[];
}

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
  { name: 'kubelet-client', subject: '/O=system:masters/CN=apiserver-kubelet' },
];

const keyArguments = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const days = ['-days', '3650'];

/** Makes the cluster's certificates. The folder appears when all are made. */
export async function makeCertificates(folder: string, signal: AbortSignal | undefined): Promise<void> {
  if (existsSync(folder)) return;
  const aside = `${folder}.new`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const openssl = (...args: string[]) =>
    runCommand('make the certificates of the cluster', ['openssl', ...args], { cwd: aside, signal });
  await Promise.all([
    openssl(
      'req',
      '-x509',
      ...keyArguments,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      ...days,
      '-subj',
      '/CN=poc-local-ca',
    ),
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'service-account.key'),
  ]);
  const issue = async ({ name, subject, alternativeNames = [`DNS:${name}`] }: Subject, serial: number) => {
    writeFileSync(join(aside, `${name}.ext`), `subjectAltName=${alternativeNames.join(',')}\n`);
    await openssl('req', ...keyArguments, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String(serial)];
    await openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...authority,
      ...days,
      '-out',
      `${name}.crt`,
      '-extfile',
      `${name}.ext`,
    );
  };
  await Promise.all([
    ...subjects.map((subject, index) => issue(subject, index + 2)),
    openssl('pkey', '-in', 'service-account.key', '-pubout', '-out', 'service-account.pub'),
  ]);
  renameSync(aside, folder);
}
