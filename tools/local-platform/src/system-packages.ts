import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { Output } from './command/output.ts';
import { runCommand, tryCommand } from './processes/run-command.ts';

/** A package of the system, and what it provides. */
export interface SystemPackage {
  readonly name: string;
  /** An absolute path or the name of a command: where it exists, the package is installed. */
  readonly provides: string;
}

/** Packages of the engine. */
export const enginePackages: readonly SystemPackage[] = [
  { name: 'docker.io', provides: 'dockerd' },
  { name: 'iptables', provides: 'iptables' },
];

/** Packages of the other engine, for tests of the plugin: the platform itself does without. */
export const podmanPackages: readonly SystemPackage[] = [{ name: 'podman', provides: 'podman' }];

/** Packages with which BuildKit runs the steps of a build, those for other processors too, for tests of the plugin. */
export const buildKitPackages: readonly SystemPackage[] = [
  { name: 'runc', provides: 'runc' },
  { name: 'qemu-user-static', provides: 'qemu-aarch64-static' },
];

/** Packages that say how proxies are chosen, for tests of the plugin. */
export const curlPackages: readonly SystemPackage[] = [{ name: 'curl', provides: 'curl' }];

/** Packages that sign and check signatures, for tests of the plugin. */
export const signaturePackages: readonly SystemPackage[] = [
  { name: 'gnupg', provides: 'gpg' },
  { name: 'openssh-client', provides: 'ssh-keygen' },
];

/** Packages that collect metrics, for tests of the plugin. */
export const prometheusPackages: readonly SystemPackage[] = [{ name: 'prometheus', provides: 'prometheus' }];

/** Packages of the registry. */
export const registryPackages: readonly SystemPackage[] = [{ name: 'docker-registry', provides: 'docker-registry' }];

/** Packages of a cluster of host processes. */
export const clusterPackages: readonly SystemPackage[] = [
  { name: 'containerd', provides: 'containerd' },
  { name: 'runc', provides: 'runc' },
  { name: 'containernetworking-plugins', provides: '/usr/lib/cni/bridge' },
  { name: 'iptables', provides: 'iptables' },
  { name: 'ipset', provides: 'ipset' },
  { name: 'conntrack', provides: 'conntrack' },
  { name: 'iproute2', provides: 'ip' },
  { name: 'openssl', provides: 'openssl' },
];

/** Packages that download from Python's package index. */
export const pythonPackages: readonly SystemPackage[] = [{ name: 'python3-pip', provides: 'pip3' }];

/** Packages that build Go programs with parts in C. */
export const compilerPackages: readonly SystemPackage[] = [
  { name: 'gcc', provides: 'gcc' },
  { name: 'libc6-dev', provides: '/usr/include/stdlib.h' },
];

/** The keys that Debian signs its archive with. */
export const debianKeys = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Packages that make base images. */
export const imagePackages: readonly SystemPackage[] = [
  { name: 'debootstrap', provides: 'debootstrap' },
  { name: 'debian-archive-keyring', provides: debianKeys },
  { name: 'gpgv', provides: 'gpgv' },
];

// Debian keeps these out of the path of people who are not root.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Returns the path of a command; `undefined` when it is not installed. */
export function findCommand(name: string): string | undefined {
  if (name.startsWith('/')) return existsSync(name) ? name : undefined;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Only what Debian has signed, whatever the machine's own settings allow. */
const aptOptions = ['-oDPkg::Lock::Timeout=120', '-oAPT::Get::AllowUnauthenticated=false'];

let installing: Promise<void> = Promise.resolve();

/** Installs the packages that are missing. Callers take turns: apt-get runs only once at a time. */
export function installPackages(
  packages: readonly SystemPackage[],
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  const turn = installing.then(() => installMissing(packages, output, signal));
  installing = turn.catch(() => {});
  return turn;
}

async function installMissing(
  packages: readonly SystemPackage[],
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  const missing = [...new Set(packages.filter(({ provides }) => !findCommand(provides)).map(({ name }) => name))];
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (findCommand('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new Refusal({
      type: 'packages-missing',
      doing: 'install the packages of the platform',
      reason: `Debian's packages ${names} are not installed, and only root can install them, with \`apt-get\`.`,
      remedy: `Run \`sudo apt-get install ${names}\` and then the same command again.`,
    });
  }
  output.say(`installing with apt-get: ${names}`);
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...aptOptions, ...missing];
  // The packages start nothing by themselves: the platform starts its own.
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, signal };
  if ((await tryCommand(install, options)).code === 0) return;
  output.say('updating the package lists');
  await runCommand('update the package lists', ['apt-get', 'update'], options);
  await runCommand(`install ${names}`, install, options);
}
