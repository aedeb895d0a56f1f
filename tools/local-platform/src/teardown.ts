import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contextName, nodeAddress } from './addresses.ts';
import { removeFromUserKubeconfig } from './cluster/user-kubeconfig.ts';
import { engineComponent, ownsEngine } from './containers/engine.ts';
import type { Folders } from './storage/folders.ts';
import { platformAddressSets } from './network/address-sets.ts';
import { restoreMachineSettings } from './network/machine-settings.ts';
import { isTakenByAnother, releaseMachine } from './network/machine-claim.ts';
import { mountsBelow } from './network/mounts.ts';
import { openServiceRange } from './network/service-range.ts';
import { neighbourRules } from './network/neighbour-rules.ts';
import { clusterRules, engineRules, removalOf, type RulesToRemove } from './network/packet-rules.ts';
import { componentRecords, endProcess, forgetComponent, ownerVariable, type StopRule } from './components/component.ts';
import { findComponent } from './components/registry.ts';
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

/** Stops everything that the platform started, and removes everything that those processes made on this machine. */
export async function tearDown(folders: Folders): Promise<void> {
  const provider = providerOf(folders);
  if (!isTakenByAnother(folders) || provider === 'kind') await removeFromUserKubeconfig(contextName);
  if (provider === 'kind') await removeKindCluster(folders);
  // Elsewhere all that runs is in docker.
  if (process.platform === 'linux') await removeFromMachine(folders, provider);
  rmSync(folders.state, { recursive: true, force: true });
  releaseMachine(folders);
}

/** Ends the processes of this machine, and takes out of it what they put in. */
async function removeFromMachine(folders: Folders, provider: ProviderName | undefined): Promise<void> {
  const engineIsOurs = ownsEngine(folders);
  // An `up` that was refused because of another platform on this machine must not remove that one's network.
  const machineIsOurs = !isTakenByAnother(folders);
  const clusterIsOurs = machineIsOurs && provider === 'built';
  await stopComponents(folders, 'before-containers');
  killContainers(folders);
  await stopComponents(folders, 'after-containers');
  await killRemaining(folders);
  await unmountAll(folders);
  if (clusterIsOurs) {
    await openServiceRange();
    await removeLink('cni0');
    await tryCommand(['ip', 'address', 'del', `${nodeAddress}/32`, 'dev', 'lo']);
  }
  if (engineIsOurs) await removeLink('docker0');
  const rulesToRemove = [
    ...(machineIsOurs ? [neighbourRules] : []),
    ...(clusterIsOurs ? [clusterRules] : []),
    ...(engineIsOurs ? [engineRules] : []),
  ];
  for (const family of ['iptables', 'ip6tables']) await removeRules(family, rulesToRemove);
  if (clusterIsOurs) {
    await removeAddressSets();
    removeControlGroups('kubepods');
    removePodNetworkResults(folders);
    removeDeadLinks('/var/log/containers', folders.state);
  }
  if (engineIsOurs) removeControlGroups('docker');
  restoreMachineSettings(folders);
}

/** Returns the provider of a platform; `undefined` when `up` was interrupted before it chose one. */
export function providerOf({ state }: Folders): ProviderName | undefined {
  const path = join(state, 'provider');
  return existsSync(path) ? (readFileSync(path, 'utf8') as ProviderName) : undefined;
}

async function stopComponents(folders: Folders, when: StopRule['when']): Promise<void> {
  const stopRule = (name: string): StopRule =>
    findComponent(folders, name)?.stop ?? { when: 'after-containers', graceSeconds: 0 };
  const records = componentRecords(folders).filter(({ name }) => stopRule(name).when === when);
  await Promise.all(records.map((record) => endProcess(record, stopRule(record.name).graceSeconds)));
  // When this is interrupted, the engine's record shows the next `down` that the engine was the platform's.
  for (const { name } of records) if (name !== engineComponent) forgetComponent(folders, name);
}

/** Kills the containers: they are children of shims, which outlive what started them. */
function killContainers(folders: Folders): void {
  const processes = allProcesses();
  const shims = processes.filter(({ pid }) => isShim(pid, join(folders.state, 'data')));
  for (const inner of descendantsOf(new Set(shims.map(({ pid }) => pid)), processes)) signalProcess(inner, 'SIGKILL');
  for (const shim of shims) signalProcess(shim, 'SIGKILL');
}

function isShim(pid: number, folder: string): boolean {
  const [command = '', ...args] = argumentsOf(pid);
  return command.includes('containerd-shim') && args.some((argument) => argument.startsWith(`${folder}/`));
}

/** Kills processes that carry the platform's mark without a record: an `up` was killed just as it started them. */
async function killRemaining(folders: Folders): Promise<void> {
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

/** Removes a bridge and the interfaces in it. */
async function removeLink(name: string): Promise<void> {
  if (!existsSync(`/sys/class/net/${name}`)) return;
  const plugged = readdirSync('/sys/class/net').filter((link) => existsSync(`/sys/class/net/${name}/brif/${link}`));
  for (const link of [...plugged, name]) await tryCommand(['ip', 'link', 'delete', link]);
}

async function removeRules(family: string, rules: readonly RulesToRemove[]): Promise<void> {
  if (rules.length === 0) return;
  const { code, stdout } = await tryCommand([`${family}-save`]);
  const removal = code === 0 ? removalOf(stdout, rules) : '';
  if (removal === '') return;
  await runCommand('remove the packet rules of the platform', [`${family}-restore`, '--noflush', '--wait'], {
    input: removal,
  });
}

/** Removes the platform's sets of addresses, which is possible once no rule refers to them. */
async function removeAddressSets(): Promise<void> {
  const { code, stdout } = await tryCommand(['ipset', 'list', '-name']);
  if (code !== 0) return;
  for (const name of platformAddressSets(stdout)) await tryCommand(['ipset', 'destroy', name]);
}

/** Removes control groups: folders that can be removed once nothing runs in them. */
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
    // A process in it is still exiting; an empty group does no harm.
  }
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  } catch {
    return [];
  }
}

/** Removes the pod network's results of this platform: each names its pod's namespace, which is in the state folder. */
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
