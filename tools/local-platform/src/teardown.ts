import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contextName, nodeAddress } from './addresses.ts';
import { removeFromUserKubeconfig } from './cluster/user-kubeconfig.ts';
import { engineComponentName, ownsEngine } from './engine.ts';
import type { Folders } from './folders.ts';
import { platformAddressSets } from './network/address-sets.ts';
import { restoreMachineSettings } from './network/machine-settings.ts';
import { isTakenByAnother, releaseMachine } from './network/machine-claim.ts';
import { mountsBelow } from './network/mounts.ts';
import { clusterRules, engineRules, removalOf } from './network/packet-rules.ts';
import { componentRecords, endProcess, forgetComponent, ownerVariable } from './processes/component.ts';
import {
  allProcesses,
  argumentsOf,
  descendantsOf,
  hasVariable,
  signalProcess,
  type ProcessStat,
} from './processes/process-identity.ts';
import { runCommand, tryCommand } from './processes/run-command.ts';
import { removeKindCluster } from './providers/kind.ts';
import type { ProviderName } from './providers/provider.ts';

/** Parts that may end by themselves first: the others would only do work that is thrown away. */
const endsPolitely = [
  'kubelet',
  'kube-proxy',
  'kube-router',
  'load-balancer',
  'contour',
  'envoy',
  'coredns',
  'registry',
];

/** Ends all that the platform started, and takes away all that those processes made on this machine. */
export async function tearDown(folders: Folders): Promise<void> {
  const engineIsOurs = ownsEngine(folders);
  const provider = providerOf(folders);
  // A start that was refused because another platform has the machine must not take that one's network away.
  const machineIsOurs = !isTakenByAnother(folders);
  const clusterIsOurs = machineIsOurs && provider === 'built';
  if (machineIsOurs) await removeFromUserKubeconfig(contextName);
  if (machineIsOurs && provider === 'kind') await removeKindCluster();
  await endComponents(folders, endsPolitely, 5);
  endContainers(folders);
  // Docker stops its containers before it goes.
  await endComponents(folders, [engineComponentName], 20);
  await endComponents(folders, undefined, 0);
  await endRemaining(folders);
  await unmountAll(folders);
  if (clusterIsOurs) {
    await removeLink('cni0');
    await tryCommand(['ip', 'address', 'del', `${nodeAddress}/32`, 'dev', 'lo']);
  }
  if (engineIsOurs) await removeLink('docker0');
  const doomed = [...(clusterIsOurs ? [clusterRules] : []), ...(engineIsOurs ? [engineRules] : [])];
  for (const family of ['iptables', 'ip6tables']) await removeRules(family, doomed);
  if (clusterIsOurs) {
    await removeAddressSets();
    removeControlGroups('kubepods');
    removePodNetworkResults(folders);
    removeDeadLinks('/var/log/containers', folders.state);
  }
  if (engineIsOurs) removeControlGroups('docker');
  restoreMachineSettings(folders);
  rmSync(folders.state, { recursive: true, force: true });
  releaseMachine(folders);
}

/** A state folder without a note of its provider comes from a start that got no further. */
function providerOf({ state }: Folders): ProviderName | undefined {
  const path = join(state, 'provider');
  return existsSync(path) ? (readFileSync(path, 'utf8') as ProviderName) : undefined;
}

async function endComponents(
  folders: Folders,
  names: readonly string[] | undefined,
  graceSeconds: number,
): Promise<void> {
  const records = componentRecords(folders).filter(({ name }) => names === undefined || names.includes(name));
  await Promise.all(records.map((record) => endProcess(record, graceSeconds)));
  for (const { name } of records) if (name !== engineComponentName) forgetComponent(folders, name);
}

/** Containers are children of shims, and shims outlive what started them. */
function endContainers(folders: Folders): void {
  const processes = allProcesses();
  const shims = processes.filter(({ pid }) => isShim(pid, join(folders.state, 'data')));
  for (const inner of descendantsOf(new Set(shims.map(({ pid }) => pid)), processes)) signalProcess(inner, 'SIGKILL');
  for (const shim of shims) signalProcess(shim, 'SIGKILL');
}

function isShim(pid: number, folder: string): boolean {
  const [command = '', ...args] = argumentsOf(pid);
  return command.includes('containerd-shim') && args.some((argument) => argument.startsWith(`${folder}/`));
}

/** Ends what carries the platform's mark and is in no record: an `up` was killed just as it started something. */
async function endRemaining(folders: Folders): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    const processes = allProcesses();
    const marked = processes.filter(({ pid }) => pid !== process.pid && hasVariable(pid, ownerVariable, folders.state));
    const found: ProcessStat[] = [...descendantsOf(new Set(marked.map(({ pid }) => pid)), processes), ...marked];
    if (found.length === 0) return;
    await Promise.all(found.map((identity) => endProcess(identity, 0)));
  }
}

async function unmountAll(folders: Folders): Promise<void> {
  for (const path of mountsBelow(readFileSync('/proc/self/mountinfo', 'utf8'), [folders.state])) {
    if ((await tryCommand(['umount', path])).code !== 0) await tryCommand(['umount', '--lazy', path]);
  }
}

/** Takes a bridge away, and what is plugged into it. */
async function removeLink(name: string): Promise<void> {
  if (!existsSync(`/sys/class/net/${name}`)) return;
  const plugged = readdirSync('/sys/class/net').filter((link) => existsSync(`/sys/class/net/${name}/brif/${link}`));
  for (const link of [...plugged, name]) await tryCommand(['ip', 'link', 'delete', link]);
}

async function removeRules(family: string, doomed: Parameters<typeof removalOf>[1]): Promise<void> {
  if (doomed.length === 0) return;
  const { code, stdout } = await tryCommand([`${family}-save`]);
  const removal = code === 0 ? removalOf(stdout, doomed) : '';
  if (removal === '') return;
  await runCommand('take the packet rules of the platform away', [`${family}-restore`, '--noflush', '--wait'], {
    input: removal,
  });
}

/** A set can go once no rule refers to it. */
async function removeAddressSets(): Promise<void> {
  const { code, stdout } = await tryCommand(['ipset', 'list', '-name']);
  if (code !== 0) return;
  for (const name of platformAddressSets(stdout)) await tryCommand(['ipset', 'destroy', name]);
}

/** Control groups are folders that can be removed once nothing runs in them. */
function removeControlGroups(name: string): void {
  const root = '/sys/fs/cgroup';
  for (const path of [join(root, name), ...foldersIn(root).map((controller) => join(root, controller, name))]) {
    if (existsSync(path)) removeGroup(path);
  }
}

function removeGroup(path: string): void {
  for (const child of foldersIn(path)) removeGroup(join(path, child));
  try {
    rmdirSync(path);
  } catch {
    // Something still ends in it; an empty group does no harm.
  }
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  } catch {
    return [];
  }
}

/** What the pod network notes of each pod names the pod's namespace, which is in the state folder. */
function removePodNetworkResults(folders: Folders): void {
  const folder = '/var/lib/cni/results';
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (readFileSync(path, 'utf8').includes(`${folders.state}/`)) rmSync(path, { force: true });
  }
}

function removeDeadLinks(folder: string, target: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (lstatSync(path).isSymbolicLink() && readlinkSync(path).startsWith(`${target}/`)) rmSync(path, { force: true });
  }
}
