import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Failure } from '../../../plugin/src/model/errors/product-error.ts';
import { contextName, gatewayAddress, ports, registryAddress } from '../addresses.ts';
import { kubeconfigOf, type KubeconfigEntry } from '../cluster/kubeconfig.ts';
import { addToUserKubeconfig } from '../cluster/user-kubeconfig.ts';
import { dockerAnswers } from '../containers/engine.ts';
import { projectFolder } from '../storage/folders.ts';
import { ensureBaseImages } from '../containers/base-images.ts';
import { fillRegistryWithBaseImages } from '../containers/registry-contents.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { findCommand } from '../system-packages.ts';
import { contourSource } from '../tools/binaries.ts';
import { kubernetesVersion } from '../versions.ts';
import type { ClusterFacts, ProviderContext, WorkContext } from './provider.ts';

const nodeImage = `kindest/node:${kubernetesVersion}`;
const node = `${contextName}-control-plane`;
const registryContainer = `${contextName}-registry`;

/** Reports whether kind is installed and docker can pull its node image. */
export async function kindIsPossible(signal: AbortSignal | undefined): Promise<boolean> {
  if (findCommand('kind') === undefined || findCommand('kubectl') === undefined || !(await dockerAnswers()))
    return false;
  if ((await tryCommand(['docker', 'image', 'inspect', nodeImage], { signal })).code === 0) return true;
  return (await tryCommand(['docker', 'manifest', 'inspect', nodeImage], { signal, timeoutMs: 8000 })).code === 0;
}

/** Brings up a cluster with kind, a registry that its node can pull from, and Contour inside it. */
export async function bringUpKindCluster({ folders, scope, output, signal }: ProviderContext): Promise<ClusterFacts> {
  const kubeconfig = join(folders.state, 'kubeconfig');
  const run = (doing: string, argv: readonly string[], input?: string) =>
    runCommand(doing, argv, { signal, ...(input === undefined ? {} : { input }) });
  const clusters = await run('list the clusters of kind', ['kind', 'get', 'clusters']);
  if (!clusters.split('\n').includes(contextName)) {
    output.say(`making a cluster with kind (${nodeImage})`);
    const create = [
      'kind',
      'create',
      'cluster',
      `--name=${contextName}`,
      `--image=${nodeImage}`,
      '--config=-',
      '--wait=120s',
    ];
    await run('make a cluster with kind', [...create, `--kubeconfig=${kubeconfig}.kind`], JSON.stringify(kindSettings));
  }
  const entry = entryOf(
    await run('ask kind for the kubeconfig', ['kind', 'get', 'kubeconfig', `--name=${contextName}`]),
  );
  writeFileSync(kubeconfig, kubeconfigOf(entry), { mode: 0o600 });
  await addToUserKubeconfig(entry);

  await bringUpRegistryContainer(run, signal);
  await Promise.all([
    ensureBaseImages(folders, scope, output, signal).then(() =>
      fillRegistryWithBaseImages(folders, scope, output, signal),
    ),
    bringUpGateway({ folders, output, signal }, ['kubectl', `--kubeconfig=${kubeconfig}`], run),
  ]);
  return {
    kubeconfig,
    context: contextName,
    registry: registryAddress,
    gateway: gatewayAddress,
    kubernetes: kubernetesVersion,
  };
}

/** Removes the cluster and its registry. */
export async function removeKindCluster(): Promise<void> {
  await tryCommand(['kind', 'delete', 'cluster', `--name=${contextName}`]);
  await tryCommand(['docker', 'rm', '--force', '--volumes', registryContainer]);
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
    await run('start the registry', ['docker', 'run', ...options, 'registry:2']);
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
  { folders, output, signal }: Omit<WorkContext, 'scope'>,
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
  const source = await contourSource({ tools: folders.tools, output, signal });
  await apply(join(source, 'examples/gateway/00-crds.yaml'), join(source, 'examples/render/contour.yaml'));
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
