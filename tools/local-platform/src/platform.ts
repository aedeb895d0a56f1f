import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import {
  apiServer,
  containerd,
  contour,
  controlLoops,
  coredns,
  envoy,
  etcd,
  loadBalancer,
  networkPolicies,
} from './cluster/components.ts';
import { ensureEngine } from './engine.ts';
import { platformFolders, type Folders } from './folders.ts';
import { ensureBaseImages, seedRegistry } from './images/base-images.ts';
import { bootId, claimMachine } from './network/machine-claim.ts';
import { silentOutput, streamOutput, type Output } from './output.ts';
import { componentRecords, ensureComponent, type Component } from './processes/component.ts';
import { withLock } from './processes/lock.ts';
import { answersWell } from './processes/probes.ts';
import { isRunning } from './processes/process-identity.ts';
import { bringUpBuiltCluster } from './providers/built.ts';
import { useNamedCluster } from './providers/context.ts';
import { bringUpKindCluster, kindIsPossible } from './providers/kind.ts';
import type { ClusterFacts, ProviderContext, ProviderName } from './providers/provider.ts';
import { registryComponent } from './registry.ts';
import { installPackages, podmanPackages, registryPackages } from './system-packages.ts';
import { tearDown } from './teardown.ts';
import { actBinary, benchmarkTools, buildBinaries, buildGitea as buildGiteaIn } from './tools/binaries.ts';
import { fetchPipelineSchema } from './tools/pipeline-schema.ts';
import { workflowCheckersIn, type WorkflowCheckers } from './tools/workflow-checkers.ts';

/** What the platform is asked to be. */
export interface PlatformOptions {
  /** Where the cluster comes from; found out when not said. */
  readonly provider?: ProviderName;
  /** A context of the user's kubeconfig: that cluster is used. */
  readonly context?: string;
  /** A registry that the cluster of that context can pull from. */
  readonly registry?: string;
  /** Where services of the cluster of that context are reached. */
  readonly gateway?: string;
  readonly output?: Output;
  /** Stops the work when it fires; the same call later goes on from there. */
  readonly signal?: AbortSignal;
}

/** One process of the platform. */
export interface ComponentStatus {
  readonly name: string;
  readonly pid: number;
  readonly healthy: boolean;
}

/** What runs, and how to reach it. */
export interface PlatformStatus extends ClusterFacts {
  readonly running: boolean;
  readonly provider: ProviderName;
  readonly engine: string;
  /** Folder of kubectl, etcd and the other binaries. */
  readonly binaries: string;
  readonly components: readonly ComponentStatus[];
}

type PlatformRecord = Omit<PlatformStatus, 'running' | 'components'>;

/** Brings the platform up, or adopts the one that runs. */
export async function up(options: PlatformOptions = {}): Promise<PlatformStatus> {
  const folders = platformFolders();
  const output = options.output ?? silentOutput;
  return withLock(
    lockPath(folders),
    async () => {
      await discardAfterReboot(folders);
      const present = await currentStatus(folders);
      if (present?.running && isAsAsked(present, options)) return present;
      if (present !== undefined && !isAsAsked(present, options))
        throw otherPlatform(`with the provider ${present.provider} and the context ${present.context}, is up`);
      await bringUp(folders, options, output);
      const status = await currentStatus(folders);
      if (status === undefined) throw new Error('the platform came up without a record');
      return status;
    },
    (holder) => output.say(`waiting for process ${holder}, which works on the platform`),
  );
}

/** What runs now; `undefined` when nothing was brought up. */
export async function status(): Promise<PlatformStatus | undefined> {
  return currentStatus(platformFolders());
}

/**
 * Ends the platform and leaves nothing of it but the cache.
 * @returns whether there was anything to end.
 */
export async function down(output: Output = silentOutput): Promise<boolean> {
  const folders = platformFolders();
  return withLock(
    lockPath(folders),
    async () => {
      if (!existsSync(folders.state)) return false;
      await tearDown(folders);
      return true;
    },
    (holder) => output.say(`waiting for process ${holder}, which works on the platform`),
  );
}

/** Installs podman, which tests of the plugin use beside docker. */
export function installPodman(output: Output = silentOutput): Promise<void> {
  return installPackages(podmanPackages, output, undefined);
}

/** Downloads Microsoft's schema of Azure Pipelines unless that was done before. @returns its path. */
export async function pipelineSchema(output: Output = silentOutput): Promise<string> {
  const { cache, tools } = platformFolders();
  return fetchPipelineSchema(join(cache, 'schemas'), { tools, output, signal: undefined });
}

/** Gets what checks workflows of GitHub Actions, unless it is there. */
export function workflowCheckers(output: Output = streamOutput()): Promise<WorkflowCheckers> {
  const { cache, tools } = platformFolders();
  return workflowCheckersIn(join(cache, 'workflow-checkers'), { tools, output, signal: undefined });
}

/** Builds a tool of the benchmarks unless that was done before. @returns the folder that holds it, as `helm`. */
export async function buildTool(name: keyof typeof benchmarkTools, output: Output = silentOutput): Promise<string> {
  const { cache, tools } = platformFolders();
  const target = join(cache, 'benchmark-tools', name);
  await buildBinaries([benchmarkTools[name]], target, { tools, output, signal: undefined });
  return target;
}

/** Builds Gitea unless that was done before. @returns the folder that holds it, as `gitea`, with all that it reads. */
export async function buildGitea(output: Output = streamOutput()): Promise<string> {
  const { cache, tools } = platformFolders();
  const target = join(cache, 'gitea');
  await buildGiteaIn(target, { tools, output, signal: undefined });
  return target;
}

/** Builds act unless that was done before. @returns the folder that holds it. */
export async function buildAct(output: Output = streamOutput()): Promise<string> {
  const { cache, tools } = platformFolders();
  const target = join(cache, 'act');
  await buildBinaries([actBinary], target, { tools, output, signal: undefined });
  return target;
}

async function bringUp(folders: Folders, options: PlatformOptions, output: Output): Promise<void> {
  mkdirSync(folders.cache, { recursive: true });
  mkdirSync(folders.state, { recursive: true });
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;
  const provider = await chooseProvider(folders, options, signal);
  if (provider !== 'context') claimMachine(folders);
  output.say(`cluster: ${provider}`);
  const registryReady = bringUpRegistry(folders, provider, options, output, signal);
  // Its failure is told by whoever waits for it.
  registryReady.catch(() => {});
  try {
    const facts = await bringUpCluster(provider, options, { folders, output, signal, registryReady });
    await registryReady;
    writeRecord(folders, { provider, engine: 'docker', ...facts, binaries: folders.binaries });
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

/** The provider asked for, or that of the `up` that was interrupted, or the first one that is possible. */
async function chooseProvider(folders: Folders, options: PlatformOptions, signal: AbortSignal): Promise<ProviderName> {
  const path = join(folders.state, 'provider');
  const begun = existsSync(path) ? (readFileSync(path, 'utf8') as ProviderName) : undefined;
  const asked = options.context === undefined ? options.provider : 'context';
  if (begun !== undefined && asked !== undefined && asked !== begun)
    throw otherPlatform(`with the provider ${begun}, is half up`);
  const chosen = asked ?? begun ?? ((await kindIsPossible(signal)) ? 'kind' : 'built');
  writeFileSync(path, chosen);
  return chosen;
}

function bringUpCluster(
  provider: ProviderName,
  options: PlatformOptions,
  context: ProviderContext,
): Promise<ClusterFacts> {
  if (provider === 'built') return bringUpBuiltCluster(context);
  if (provider === 'kind') return bringUpKindCluster(context);
  const { context: name = '', registry, gateway } = options;
  return useNamedCluster({ context: name, registry, gateway }, context);
}

async function bringUpRegistry(
  folders: Folders,
  provider: ProviderName,
  options: PlatformOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const engineReady = ensureEngine(folders, output, signal);
  // kind brings a registry of its own.
  if (provider === 'kind' || options.registry !== undefined) return engineReady;
  const imagesReady = engineReady.then(() => ensureBaseImages(folders, output, signal));
  await installPackages(registryPackages, output, signal);
  seedRegistry(folders);
  await Promise.all([imagesReady, ensureComponent(folders, registryComponent(folders))]);
}

async function currentStatus(folders: Folders): Promise<PlatformStatus | undefined> {
  const record = readRecord(folders);
  if (record === undefined) return undefined;
  const components = await Promise.all(
    componentRecords(folders).map(async (component) => ({
      name: component.name,
      pid: component.pid,
      healthy: isRunning(component) && (await probeOf(folders, component.name)),
    })),
  );
  return { running: components.every(({ healthy }) => healthy), ...record, components };
}

async function probeOf(folders: Folders, name: string): Promise<boolean> {
  if (name === 'dockerd') return answersWell({ url: 'http://docker/_ping', socketPath: '/var/run/docker.sock' });
  const parts: Component[] = [
    registryComponent(folders),
    etcd(folders),
    containerd(folders),
    apiServer(folders),
    ...controlLoops(folders),
    coredns(folders),
    networkPolicies(folders),
    loadBalancer(),
    contour(folders),
    envoy(folders),
  ];
  return (await parts.find((part) => part.name === name)?.isHealthy()) ?? false;
}

function isAsAsked(present: PlatformStatus, { provider, context }: PlatformOptions): boolean {
  if (context !== undefined) return present.provider === 'context' && present.context === context;
  return provider === undefined || provider === present.provider;
}

function otherPlatform(what: string): Refusal {
  return new Refusal({
    type: 'other-platform-up',
    doing: 'bring up the platform',
    reason: `another one, ${what}.`,
    remedy: 'Take it down first, with `nx run local-platform:down`.',
  });
}

/** Nothing of a cluster survives a restart of the machine but its files, and those are of no use. */
async function discardAfterReboot(folders: Folders): Promise<void> {
  const marker = join(folders.state, 'boot');
  const now = bootId();
  if (existsSync(folders.state) && (!existsSync(marker) || readFileSync(marker, 'utf8') !== now))
    await tearDown(folders);
  mkdirSync(folders.state, { recursive: true });
  writeFileSync(marker, now);
}

function writeRecord(folders: Folders, record: PlatformRecord): void {
  const path = join(folders.state, 'platform.json');
  writeFileSync(`${path}.new`, JSON.stringify(record));
  renameSync(`${path}.new`, path);
}

function readRecord(folders: Folders): PlatformRecord | undefined {
  const path = join(folders.state, 'platform.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PlatformRecord) : undefined;
}

function lockPath(folders: Folders): string {
  return `${folders.state}.lock`;
}
