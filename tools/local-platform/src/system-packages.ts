import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { Output } from './output.ts';
import { runCommand, tryCommand } from './processes/run-command.ts';

/** A package of the system, and the file or command by which one sees that it is there. */
export interface SystemPackage {
  readonly name: string;
  /** An absolute path, or the name of a command. */
  readonly proof: string;
}

/** What the engine needs. */
export const enginePackages: readonly SystemPackage[] = [
  { name: 'docker.io', proof: 'dockerd' },
  { name: 'iptables', proof: 'iptables' },
];

/** The other engine, for tests of the plugin: the platform itself does without. */
export const podmanPackages: readonly SystemPackage[] = [{ name: 'podman', proof: 'podman' }];

/** What the registry needs. */
export const registryPackages: readonly SystemPackage[] = [{ name: 'docker-registry', proof: 'docker-registry' }];

/** What a cluster of host processes needs. */
export const clusterPackages: readonly SystemPackage[] = [
  { name: 'containerd', proof: 'containerd' },
  { name: 'runc', proof: 'runc' },
  { name: 'containernetworking-plugins', proof: '/usr/lib/cni/bridge' },
  { name: 'iptables', proof: 'iptables' },
  { name: 'ipset', proof: 'ipset' },
  { name: 'conntrack', proof: 'conntrack' },
  { name: 'iproute2', proof: 'ip' },
  { name: 'openssl', proof: 'openssl' },
];

/** What downloading from Python's package index needs. */
export const pythonPackages: readonly SystemPackage[] = [{ name: 'python3-pip', proof: 'pip3' }];

/** What building Go programs with parts in C needs. */
export const compilerPackages: readonly SystemPackage[] = [
  { name: 'gcc', proof: 'gcc' },
  { name: 'libc6-dev', proof: '/usr/include/stdlib.h' },
];

/** What making base images needs. */
export const imagePackages: readonly SystemPackage[] = [{ name: 'debootstrap', proof: 'debootstrap' }];

// Debian keeps these out of the path of people who are not root.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Finds a command. */
export function findCommand(name: string): string | undefined {
  if (name.startsWith('/')) return existsSync(name) ? name : undefined;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

let installing: Promise<void> = Promise.resolve();

/** Installs what is missing, after it has said what that is. Callers take turns: apt-get works once at a time. */
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
  const missing = [...new Set(packages.filter(({ proof }) => !findCommand(proof)).map(({ name }) => name))];
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (findCommand('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new Refusal({
      type: 'packages-missing',
      doing: 'install what the platform needs',
      reason: `${names} (Debian's names) are not installed, and only root can install them, with apt-get.`,
      remedy: `Run \`sudo apt-get install ${names}\` and then the same command again.`,
    });
  }
  output.say(`installing with apt-get: ${names}`);
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', '-oDPkg::Lock::Timeout=120', ...missing];
  // Nothing is to be started by the packages themselves: the platform starts its own.
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, signal };
  if ((await tryCommand(install, options)).code === 0) return;
  output.say('updating the lists of packages first');
  await runCommand('update the lists of packages', ['apt-get', 'update'], options);
  await runCommand(`install ${names}`, install, options);
}
