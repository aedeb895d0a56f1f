import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Failure } from '../../../plugin/src/model/errors/product-error.ts';
import { contextName, gatewayAddress, ports, registryAddress } from '../addresses.ts';
import { kubeconfigOf, type KubeconfigEntry } from '../cluster/kubeconfig.ts';
import { addToUserKubeconfig } from '../cluster/user-kubeconfig.ts';
import { projectFolder, type Folders } from '../storage/folders.ts';
import { ensureBaseImage, ensureBaseImages } from '../containers/base-images.ts';
import { registryTag } from '../containers/make-images.ts';
import { fillRegistryWithBaseImages } from '../containers/registry-contents.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { kindNodeImage, kindNodeTag, kubernetesVersion } from '../versions.ts';
import { ensureContourManifests, ensureKindPrograms, kindProgramsFolder } from './kind-programs.ts';
import type { ClusterFacts, ProviderContext, WorkContext } from './provider.ts';

const node = `${contextName}-control-plane`;
const registryContainer = `${contextName}-registry`;

const probeMs = 15_000;

/** Reports whether the engine has kind's node image, or can pull it. Docker has to answer. */
export async function nodeImageIsPossible(signal: AbortSignal | undefined): Promise<boolean> {
  if ((await nodeImageInEngine(signal)) !== undefined) return true;
  const env = { DOCKER_CLI_EXPERIMENTAL: 'enabled' };
  const probe = ['docker', 'manifest', 'inspect', kindNodeImage];
  return (await tryCommand(probe, { signal, env, timeoutMs: probeMs })).code === 0;
}

/** Returns the reference under which the engine has the node image: one that was made or loaded here has no digest. */
async function nodeImageInEngine(signal: AbortSignal | undefined): Promise<string | undefined> {
  for (const image of [kindNodeImage, kindNodeTag])
    if ((await tryCommand(['docker', 'image', 'inspect', image], { signal })).code === 0) return image;
  return undefined;
}

/** Brings up a cluster with kind, a registry that its node can pull from, and Contour inside it. */
export async function bringUpKindCluster(context: ProviderContext): Promise<ClusterFacts> {
  const { folders, scope, output, signal, registryReady } = context;
  await registryReady;
  const programs = await ensureKindPrograms(folders, output, signal);
  const run: Run = (doing, argv, input) =>
    runCommand(doing, argv, { signal, ...(input === undefined ? {} : { input }) });
  const kind = join(programs, 'kind');
  const kubeconfig = join(folders.state, 'kubeconfig');
  const clusters = await run('list the clusters of kind', [kind, 'get', 'clusters']);
  if (!clusters.split('\n').includes(contextName)) {
    const image = (await nodeImageInEngine(signal)) ?? kindNodeImage;
    output.say(`making a cluster with kind (${image})`);
    const create = ['create', 'cluster', `--name=${contextName}`, `--image=${image}`, '--config=-', '--wait=180s'];
    const argv = [kind, ...create, `--kubeconfig=${kubeconfig}.kind`];
    await run('make a cluster with kind', argv, JSON.stringify(kindSettings));
  }
  // After the machine was restarted, docker may have left it.
  await run('start the node of kind', ['docker', 'start', node]);
  const written = await run('ask kind for the kubeconfig', [kind, 'get', 'kubeconfig', `--name=${contextName}`]);
  const entry = entryOf(written);
  writeFileSync(kubeconfig, kubeconfigOf(entry), { mode: 0o600 });
  await addToUserKubeconfig(entry);

  await ensureBaseImage(registryTag, folders, output, signal);
  await bringUpRegistryContainer(run, signal);
  await Promise.all([
    ensureBaseImages(folders, scope, output, signal).then(() =>
      fillRegistryWithBaseImages(folders, scope, output, signal),
    ),
    bringUpGateway(
      { folders, signal },
      [join(programs, 'kubectl'), `--kubeconfig=${kubeconfig}`, '--request-timeout=60s'],
      run,
    ),
  ]);
  return {
    kubeconfig,
    context: contextName,
    registry: registryAddress,
    gateway: gatewayAddress,
    kubernetes: kubernetesVersion,
    binaries: programs,
  };
}

/** Reports of the containers that the cluster consists of whether they run. */
export async function kindContainers(): Promise<{ name: string; pid: number; healthy: boolean }[]> {
  const format = '{{.Name}} {{.State.Pid}} {{.State.Running}}';
  const { stdout } = await tryCommand(['docker', 'inspect', `--format=${format}`, node, registryContainer]);
  const found = new Map(stdout.split('\n').map((line) => [line.split(' ')[0]?.slice(1), line.split(' ')]));
  return [node, registryContainer].map((name) => {
    const [, pid, running] = found.get(name) ?? [];
    return { name, pid: Number(pid ?? 0), healthy: running === 'true' };
  });
}

/** Removes the cluster and its registry. */
export async function removeKindCluster(folders: Folders): Promise<void> {
  const kind = join(kindProgramsFolder(folders), 'kind');
  await tryCommand([existsSync(kind) ? kind : 'kind', 'delete', 'cluster', `--name=${contextName}`]);
  // Where kind itself is gone, its containers are known by their names.
  await tryCommand(['docker', 'rm', '--force', '--volumes', node, registryContainer]);
}

const kindSettings = {
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  nodes: [
    {
      role: 'control-plane',
      extraPortMappings: [{ containerPort: 80, hostPort: ports.gateway, listenAddress: '127.0.0.1' }],
    },
  ],
  // Node images of kind 0.27 and later have this by themselves.
  containerdConfigPatches: [
    '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n',
  ],
};

type Run = (doing: string, argv: readonly string[], input?: string) => Promise<string>;

/** Starts the registry as a container beside the node, which cannot reach the machine's loopback. */
async function bringUpRegistryContainer(run: Run, signal: AbortSignal | undefined): Promise<void> {
  const found = await tryCommand(['docker', 'inspect', '--format={{.State.Running}}', registryContainer], { signal });
  if (found.stdout.trim() !== 'true') {
    await tryCommand(['docker', 'rm', '--force', registryContainer], { signal });
    const port = `--publish=${registryAddress}:5000`;
    const options = [
      '--detach',
      `--name=${registryContainer}`,
      '--network=kind',
      port,
      '--env=REGISTRY_STORAGE_DELETE_ENABLED=true',
    ];
    await run('start the registry', ['docker', 'run', ...options, registryTag]);
  }
  const folder = `/etc/containerd/certs.d/${registryAddress}`;
  await run("configure the registry on kind's node", ['docker', 'exec', node, 'mkdir', '-p', folder]);
  const hosts = `[host."http://${registryContainer}:5000"]\n`;
  await run(
    "configure the registry on kind's node",
    ['docker', 'exec', '--interactive', node, 'tee', `${folder}/hosts.toml`],
    hosts,
  );
}

/** Deploys Contour by its own manifests, configured for our Gateway. */
async function bringUpGateway(
  { folders, signal }: Pick<WorkContext, 'folders' | 'signal'>,
  kubectl: readonly string[],
  run: Run,
): Promise<void> {
  const apply = (...files: string[]) =>
    run('write the objects of the cluster', [
      ...kubectl,
      'apply',
      '--server-side',
      '--force-conflicts',
      ...files.map((file) => `--filename=${file}`),
    ]);
  await apply(...(await ensureContourManifests(folders, signal)));
  const settings = join(folders.state, 'cluster');
  mkdirSync(settings, { recursive: true });
  const objects = readFileSync(join(projectFolder, 'manifests/gateway.yaml'), 'utf8').replace('port: 88', 'port: 80');
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'contour', namespace: 'projectcontour' },
    data: { 'contour.yaml': 'gateway:\n  gatewayRef:\n    namespace: gateway\n    name: public\n' },
  };
  writeFileSync(join(settings, 'gateway.yaml'), objects);
  writeFileSync(join(settings, 'contour.json'), JSON.stringify(config));
  await apply(
    join(projectFolder, 'manifests/cluster.yaml'),
    join(settings, 'gateway.yaml'),
    join(settings, 'contour.json'),
  );
  const contour = ['--namespace=projectcontour', 'rollout'];
  await run('start Contour', [...kubectl, ...contour, 'restart', 'deployment/contour']);
  for (const workload of ['deployment/contour', 'daemonset/envoy']) {
    await run(`wait for ${workload}`, [...kubectl, ...contour, 'status', workload, '--timeout=180s']);
  }
}

/** Returns the entry of a kubeconfig that kind wrote: one cluster and one user, under a name of its own. */
function entryOf(text: string): KubeconfigEntry {
  const config = parse(text) as {
    clusters?: { cluster: Record<string, string> }[];
    users?: { user: Record<string, string> }[];
  };
  const [cluster] = config.clusters ?? [];
  const [user] = config.users ?? [];
  if (cluster !== undefined && user !== undefined)
    return { name: contextName, cluster: cluster.cluster, user: user.user };
  throw new Failure({
    type: 'kind-kubeconfig-empty',
    doing: 'access the cluster of kind',
    reason: 'Its kubeconfig names no cluster or no user.',
    remedy: 'Remove it with `nx run local-platform:down` and run the same command again.',
  });
}
