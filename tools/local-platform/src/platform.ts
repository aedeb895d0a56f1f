import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { dockerAnswers, ensureEngine } from './containers/engine.ts';
import { platformFolders, type Folders } from './storage/folders.ts';
import { ensureBaseImages } from './containers/base-images.ts';
import { seedRegistry } from './containers/registry-contents.ts';
import { bootId, claimMachine } from './network/machine-claim.ts';
import { ensureNeighboursOut } from './network/neighbours.ts';
import { silentOutput, type Output } from './command/output.ts';
import { apiServer, controllerManager, kubeProxy } from './components/cluster.ts';
import { componentRecords, restartComponent } from './components/component.ts';
import { contour } from './components/gateway.ts';
import { findComponent, startComponent } from './components/registry.ts';
import { withLock } from './processes/lock.ts';
import { isRunning } from './processes/process-identity.ts';
import { bringUpBuiltCluster } from './providers/built.ts';
import { useNamedCluster } from './providers/context.ts';
import { bringUpKindCluster, kindContainers, nodeImageIsPossible } from './providers/kind.ts';
import { chooseProvider, type Circumstances } from './providers/provider-choice.ts';
import {
  widerScope,
  type ClusterFacts,
  type PlatformScope,
  type ProviderContext,
  type ProviderName,
  type WorkContext,
} from './providers/provider.ts';
import { writeRegistrySettings } from './containers/registry.ts';
import { installPackages, registryPackages } from './system-packages.ts';
import { providerOf, tearDown } from './teardown.ts';
import { platformRevision } from './versions.ts';

export {
  buildAct,
  buildBuildKit,
  buildExternalSecrets,
  buildGitea,
  buildGitleaks,
  buildOasdiff,
  buildSops,
  buildTool,
  gitHubDescription,
  installCurl,
  installPodman,
  installPrometheus,
  installSigners,
  pipelineSchema,
  workflowCheckers,
} from './test-tools/test-tools.ts';

/** A wish for a platform. */
export interface PlatformOptions {
  /** Where the cluster comes from; the first possible provider when omitted. */
  readonly provider?: ProviderName;
  /** How much is brought up; `full` when omitted. More than that may run already, and is left alone. */
  readonly scope?: PlatformScope;
  /** A context of the user's kubeconfig: that cluster is used. */
  readonly context?: string;
  /** A registry that the cluster of that context can pull from. */
  readonly registry?: string;
  /** Where services of the cluster of that context are reached. */
  readonly gateway?: string;
  readonly output?: Output;
  /** Interrupts the work when it fires; the same call later continues from there. */
  readonly signal?: AbortSignal;
}

/** One process of the platform. */
export interface ComponentStatus {
  readonly name: string;
  readonly pid: number;
  readonly healthy: boolean;
}

/** A platform that was brought up, and how to reach it. */
export interface PlatformStatus extends ClusterFacts {
  readonly running: boolean;
  readonly provider: ProviderName;
  readonly scope: PlatformScope;
  /** That of the checkout that brought it up, so that a newer one adds what it lacks. */
  readonly revision: number;
  readonly engine: string;
  /** Folder of kubectl, etcd and the other binaries. */
  readonly binaries: string;
  readonly components: readonly ComponentStatus[];
}

type PlatformRecord = Omit<PlatformStatus, 'running' | 'components'>;

/** Brings the platform up, adopts the one that runs, or completes one that is minimal or of an older checkout. */
export async function up(options: PlatformOptions = {}): Promise<PlatformStatus> {
  const folders = platformFolders();
  const output = options.output ?? silentOutput;
  return withLock(
    lockPath(folders),
    async () => {
      await discardAfterReboot(folders);
      const present = await currentStatus(folders);
      if (present !== undefined && !isAsAsked(present, options))
        throw otherPlatform(`provider ${present.provider}, context ${present.context}`);
      const scope = widerScope(present?.scope, options.scope ?? 'full');
      if (present?.running && present.scope === scope && present.revision >= platformRevision) {
        // A firewall that was loaded anew takes away all rules but its own.
        if (present.provider === 'built') await ensureNeighboursOut(folders, 'cluster', options.signal);
        return present;
      }
      await bringUp(folders, scope, options, output);
      const status = await currentStatus(folders);
      if (status === undefined) throw new Error('the platform came up without a record');
      return status;
    },
    (holder) => output.say(`waiting for process ${holder}, which is changing the platform`),
  );
}

/** Returns the status of the platform; `undefined` when none was brought up. */
export async function status(): Promise<PlatformStatus | undefined> {
  return currentStatus(platformFolders());
}

/**
 * Stops the platform and leaves nothing of it but the cache.
 * @returns whether there was one.
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
    (holder) => output.say(`waiting for process ${holder}, which is changing the platform`),
  );
}

/**
 * Stops the API server and starts it again after some time, for tests of what that does to others. Only where it is a
 * process of this machine (the provider `built`). kube-proxy, the controllers and the gateway's begin anew then, as those
 * go on whose cluster has further API servers: by themselves they wait up to 30 s longer before they watch again, and
 * until then requests are sent to pods that are gone, whoever replaced them.
 * @returns the milliseconds for which it was away.
 */
export async function restartApiServer(afterMs: number): Promise<number> {
  const folders = platformFolders();
  return withLock(
    lockPath(folders),
    async () => {
      const awayMs = await restartComponent(folders, apiServer(folders), afterMs);
      await Promise.all([kubeProxy, controllerManager, contour].map((of) => restartComponent(folders, of(folders), 0)));
      return awayMs;
    },
    () => {},
  );
}

async function bringUp(
  folders: Folders,
  scope: PlatformScope,
  options: PlatformOptions,
  output: Output,
): Promise<void> {
  mkdirSync(folders.cache, { recursive: true });
  mkdirSync(folders.state, { recursive: true });
  // What pods write to their volumes, and what logs say, is not for other users of the machine.
  chmodSync(folders.state, 0o700);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;
  const provider = await providerFor(folders, options, signal);
  // kind has the machine's network to docker, which keeps names and ports apart.
  if (provider === 'built') claimMachine(folders);
  output.say(`cluster: ${provider}`);
  const work: WorkContext = { folders, output, signal, scope };
  const registryReady = bringUpRegistry(provider, options, work);
  // Its failure is reported by those who wait for it.
  registryReady.catch(() => {});
  try {
    const facts = await bringUpCluster(provider, options, { ...work, registryReady });
    await registryReady;
    writeRecord(folders, {
      provider,
      scope,
      revision: platformRevision,
      engine: 'docker',
      binaries: folders.binaries,
      ...facts,
    });
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

/** Returns the requested provider, or that of an interrupted `up`, or the first one that is possible. */
async function providerFor(folders: Folders, options: PlatformOptions, signal: AbortSignal): Promise<ProviderName> {
  const path = join(folders.state, 'provider');
  const begun = existsSync(path) ? (readFileSync(path, 'utf8') as ProviderName) : undefined;
  const asked = options.context === undefined ? options.provider : 'context';
  if (begun !== undefined && asked !== undefined && asked !== begun)
    throw otherPlatform(`provider ${begun}, not completely up`);
  const chosen = asked ?? begun ?? chooseProvider(await circumstances(signal));
  writeFileSync(path, chosen);
  return chosen;
}

async function circumstances(signal: AbortSignal): Promise<Circumstances> {
  const docker = await dockerAnswers();
  return {
    docker,
    nodeImage: docker && (await nodeImageIsPossible(signal)),
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
  };
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
  provider: ProviderName,
  options: PlatformOptions,
  { folders, scope, output, signal }: WorkContext,
): Promise<void> {
  const engineReady = ensureEngine(folders, output, signal);
  // kind brings a registry of its own.
  if (provider === 'kind' || options.registry !== undefined) return engineReady;
  const imagesReady = engineReady.then(() => ensureBaseImages(folders, scope, output, signal));
  await installPackages(registryPackages, output, signal);
  writeRegistrySettings(folders);
  seedRegistry(folders);
  await Promise.all([imagesReady, startComponent(folders, 'registry')]);
}

async function currentStatus(folders: Folders): Promise<PlatformStatus | undefined> {
  const record = readRecord(folders);
  if (record === undefined) return undefined;
  if (record.provider === 'kind') {
    const containers = await kindContainers();
    return { running: containers.every(({ healthy }) => healthy), ...record, components: containers };
  }
  const components = await Promise.all(
    componentRecords(folders).map(async (component) => ({
      name: component.name,
      pid: component.pid,
      healthy: isRunning(component) && ((await findComponent(folders, component.name)?.isHealthy()) ?? false),
    })),
  );
  return { running: components.every(({ healthy }) => healthy), ...record, components };
}

function isAsAsked(present: PlatformStatus, { provider, context }: PlatformOptions): boolean {
  if (context !== undefined) return present.provider === 'context' && present.context === context;
  return provider === undefined || provider === present.provider;
}

function otherPlatform(which: string): Refusal {
  return new Refusal({
    type: 'other-platform-up',
    doing: 'bring up the platform',
    reason: `Another platform exists (${which}).`,
    remedy: 'Stop it first with `nx run local-platform:down`.',
  });
}

/** Removes what a platform left that ended with the machine's last run: its files are of no use. */
async function discardAfterReboot(folders: Folders): Promise<void> {
  const marker = join(folders.state, 'boot');
  const now = bootId();
  // docker starts the containers of kind again by itself.
  if (providerOf(folders) === 'kind') return;
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
  if (!existsSync(path)) return undefined;
  // Records of older versions name no scope, as there was only one, or no revision.
  const record = JSON.parse(readFileSync(path, 'utf8')) as Omit<PlatformRecord, 'scope' | 'revision'>;
  return { scope: 'full', revision: 0, ...record };
}

function lockPath(folders: Folders): string {
  return `${folders.state}.lock`;
}
