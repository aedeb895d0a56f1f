import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { contextName, gatewayAddress, nodeAddress, nodeName, registryAddress } from '../addresses.ts';
import { makeCertificates } from '../cluster/certificates.ts';
import {
  apiServer,
  containerd,
  contour,
  controlLoops,
  coredns,
  envoy,
  envoyBootstrapArguments,
  etcd,
  loadBalancer,
  networkPolicies,
} from '../cluster/components.ts';
import { clusterFiles, kubeconfigEntry, writeClusterSettings } from '../cluster/settings.ts';
import { addToUserKubeconfig } from '../cluster/user-kubeconfig.ts';
import { projectFolder, type Folders } from '../folders.ts';
import { fillRegistry } from '../images/base-images.ts';
import type { Output } from '../output.ts';
import { ensureComponent } from '../processes/component.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { clusterPackages, installPackages } from '../system-packages.ts';
import {
  buildBinaries,
  contourBinary,
  copyGatewayDefinitions,
  corednsBinary,
  fetchEnvoy,
  kubeRouterBinary,
  kubernetesBinaries,
  pauseBinary,
} from '../tools/binaries.ts';
import { kubernetesVersion } from '../versions.ts';
import { rememberMachineSettings } from '../network/machine-settings.ts';
import type { ClusterFacts, ProviderContext } from './provider.ts';

/** Brings up a cluster of host processes. The engine, the registry and its images come up beside it. */
export async function bringUpBuiltCluster(context: ProviderContext): Promise<ClusterFacts> {
  const { folders, output, signal, registryReady } = context;
  requireRoot();
  rememberMachineSettings(folders);
  await installPackages(clusterPackages, output, signal);
  const definitions = join(folders.cache, 'definitions');
  // Downloads cost no processor time, and fit beside the builds, which come one after the other.
  const workbench = { tools: folders.tools, output, signal };
  const envoyFetched = fetchEnvoy(folders.binaries, workbench);
  const kubernetesBuilt = buildBinaries([pauseBinary, kubernetesBinaries], folders.binaries, workbench);
  const gatewayBuilt = kubernetesBuilt
    .then(() => buildBinaries([contourBinary], folders.binaries, workbench))
    .then(() => copyGatewayDefinitions(definitions, workbench));
  const dnsBuilt = gatewayBuilt.then(() => buildBinaries([corednsBinary], folders.binaries, workbench));
  const policiesBuilt = dnsBuilt.then(() => buildBinaries([kubeRouterBinary], folders.binaries, workbench));
  const imagesReady = Promise.all([kubernetesBuilt, registryReady]).then(() => fillRegistry(folders, output, signal));

  const nodeReady = kubernetesBuilt.then(() => bringUpNode(folders, output, signal));
  const gatewayReady = Promise.all([nodeReady, gatewayBuilt, envoyFetched]).then(() =>
    bringUpGateway(folders, definitions, signal),
  );
  const dnsReady = Promise.all([nodeReady, dnsBuilt]).then(() => bringUpDns(folders, signal));
  const policiesReady = Promise.all([nodeReady, policiesBuilt]).then(() => bringUpNetworkPolicies(folders, signal));
  const enterable = nodeReady.then(() => addToUserKubeconfig(kubeconfigEntry(clusterFiles(folders), 'admin')));
  await Promise.all([gatewayReady, dnsReady, policiesReady, imagesReady, enterable]);
  return {
    kubeconfig: clusterFiles(folders).kubeconfig('admin'),
    context: contextName,
    registry: registryAddress,
    gateway: gatewayAddress,
    kubernetes: kubernetesVersion,
  };
}

function requireRoot(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return;
  throw new Refusal({
    type: 'built-cluster-needs-root',
    doing: 'bring up a cluster of host processes',
    reason: 'that takes Linux and root: containers, a bridge and packet rules are made.',
    remedy: 'Run it as root, or choose another cluster with --provider=kind or --context=NAME.',
  });
}

async function bringUpNode(folders: Folders, output: Output, signal: AbortSignal | undefined): Promise<void> {
  const files = clusterFiles(folders);
  const begun = Date.now();
  await requireShortPath(files.containerdSocket);
  await makeCertificates(files.certificates, signal);
  mkdirSync(files.data('etcd'), { recursive: true, mode: 0o700 });
  writeClusterSettings(folders);
  await ensureNodeAddress(signal);
  await runCommand('let the machine forward packets', ['sysctl', '-qw', 'net.ipv4.ip_forward=1'], { signal });
  await Promise.all([ensureComponent(folders, etcd(folders)), ensureComponent(folders, containerd(folders))]);
  await ensureComponent(folders, apiServer(folders));
  await Promise.all([
    ...controlLoops(folders).map((component) => ensureComponent(folders, component)),
    apply(folders, [join(projectFolder, 'manifests', 'cluster.yaml')], signal),
  ]);
  await waitUntilNodeReady(folders, signal);
  output.say(`cluster ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}

/** A socket's path has room for 107 bytes, and the longest one of those below is 40 bytes longer than this one. */
async function requireShortPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) <= 100) return;
  throw new Refusal({
    type: 'state-folder-too-deep',
    doing: 'bring up a cluster of host processes',
    reason: `the path ${path} is too long for a socket.`,
    remedy: 'Name a folder with a shorter path in XDG_STATE_HOME and run the same command again.',
  });
}

async function ensureNodeAddress(signal: AbortSignal | undefined): Promise<void> {
  const shown = await runCommand(
    'look at the addresses of the machine',
    ['ip', '-o', '-4', 'address', 'show', 'dev', 'lo'],
    { signal },
  );
  if (shown.includes(` ${nodeAddress}/`)) return;
  await runCommand(
    "put the node's address on the loopback interface",
    ['ip', 'address', 'add', `${nodeAddress}/32`, 'dev', 'lo'],
    { signal },
  );
}

function kubectl(folders: Folders, ...args: string[]): string[] {
  return [join(folders.binaries, 'kubectl'), `--kubeconfig=${clusterFiles(folders).kubeconfig('admin')}`, ...args];
}

async function apply(folders: Folders, files: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const names = files.map((file) => `--filename=${file}`);
  const argv = kubectl(
    folders,
    'apply',
    '--server-side',
    '--force-conflicts',
    '--field-manager=local-platform',
    ...names,
  );
  await runCommand('write the objects of the cluster', argv, { signal });
}

async function waitUntilNodeReady(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  const argv = kubectl(
    folders,
    'get',
    'node',
    nodeName,
    '-o',
    'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
  );
  const deadline = Date.now() + 60_000;
  while ((await tryCommand(argv, { signal })).stdout !== 'True') {
    if (Date.now() > deadline) {
      const { lastLines } = await tryCommand(kubectl(folders, 'describe', 'node', nodeName), { signal });
      throw new Failure({
        type: 'node-not-ready',
        doing: 'bring up the cluster',
        reason: 'the node was not ready after 60 s.',
        remedy: 'See `nx run local-platform:logs kubelet`.',
        evidence: lastLines,
      });
    }
    await sleep(200);
  }
}

async function bringUpGateway(folders: Folders, definitions: string, signal: AbortSignal | undefined): Promise<void> {
  const bootstrap = join(clusterFiles(folders).settings, 'envoy.json');
  if (!existsSync(bootstrap)) await runCommand("make Envoy's settings", envoyBootstrapArguments(folders), { signal });
  await apply(folders, [join(definitions, 'gateway-api.yaml'), join(definitions, 'contour.yaml')], signal);
  // A definition answers for its objects a moment after it is there.
  await runCommand(
    'wait for the definitions of the gateway',
    kubectl(folders, 'wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'),
    { signal },
  );
  const manifests = ['gateway.yaml', 'load-balancer.yaml'].map((name) => join(projectFolder, 'manifests', name));
  await apply(folders, manifests, signal);
  await keepGatewayCertificate(folders, signal);
  await ensureComponent(folders, contour(folders));
  await ensureComponent(folders, envoy(folders));
  await ensureComponent(folders, loadBalancer());
}

/** Where listeners of the gateway look for it. The key goes by standard input: arguments can be read by everybody. */
async function keepGatewayCertificate(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  const encoded = (name: string) => readFileSync(join(clusterFiles(folders).certificates, name)).toString('base64');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'public-tls', namespace: 'gateway' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encoded('gateway.crt'), 'tls.key': encoded('gateway.key') },
  };
  const argv = kubectl(folders, 'apply', '--server-side', '--field-manager=local-platform', '--filename=-');
  await runCommand("put the gateway's certificate into the cluster", argv, { signal, input: JSON.stringify(secret) });
}

async function bringUpDns(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  await Promise.all([
    apply(folders, [join(projectFolder, 'manifests', 'dns.yaml')], signal),
    ensureComponent(folders, coredns(folders)),
  ]);
}

async function bringUpNetworkPolicies(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  await apply(folders, [join(projectFolder, 'manifests', 'network-policies.yaml')], signal);
  await ensureComponent(folders, networkPolicies(folders));
}
