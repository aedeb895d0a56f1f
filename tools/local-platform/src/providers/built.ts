import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { contextName, gatewayAddress, nodeAddress, nodeName, registryAddress } from '../addresses.ts';
import { makeCertificates } from '../cluster/certificates.ts';
import { envoyBootstrapArguments } from '../components/gateway.ts';
import { startComponent } from '../components/registry.ts';
import { clusterFiles, kubeconfigEntry, writeClusterSettings } from '../cluster/settings.ts';
import { addToUserKubeconfig } from '../cluster/user-kubeconfig.ts';
import { provisionerImage, volumeFolders } from '../cluster/volumes.ts';
import { projectFolder, toolFolder, type Folders } from '../storage/folders.ts';
import { ensureProgramImage, fillRegistry, keepRegistry } from '../containers/registry-contents.ts';
import type { Output } from '../command/output.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { clusterPackages, installPackages } from '../system-packages.ts';
import {
  buildBinaries,
  copyGatewayDefinitions,
  fetchEnvoy,
  kubeRouterBinary,
  kubernetesBinaries,
  pauseBinary,
  prepareBuild,
  provisionerBinary,
  routingBinaries,
  type BinaryGroup,
} from '../tools/binaries.ts';
import { kubernetesVersion } from '../versions.ts';
import { keepServiceRangeInside } from '../network/service-range.ts';
import { keepNeighboursOut } from '../network/neighbours.ts';
import { rememberMachineSettings } from '../network/machine-settings.ts';
import type { ClusterFacts, ProviderContext } from './provider.ts';

/**
 * Brings up a cluster of host processes. The engine, the registry and its images come up beside it. What runs already
 * is left alone, so that a minimal cluster is completed by the same call.
 */
export async function bringUpBuiltCluster(context: ProviderContext): Promise<ClusterFacts> {
  const { folders, output, signal, scope, registryReady } = context;
  requireRoot();
  rememberMachineSettings(folders);
  const definitions = join(folders.cache, 'definitions');
  const buildContext = { tools: folders.tools, output, signal };
  const build = (...groups: BinaryGroup[]) => buildBinaries(groups, folders.binaries, buildContext);
  // Builds come one after the other: each of them uses all cores. Downloads and packages need few of them.
  const clusterGroups = [kubernetesBinaries, routingBinaries, ...(scope === 'full' ? [kubeRouterBinary] : [])];
  const prepared = prepareBuild(clusterGroups, folders.binaries, buildContext);
  const pauseBuilt = prepared.then(() => build(pauseBinary));
  const kubernetesBuilt = pauseBuilt.then(() => build(kubernetesBinaries));
  const routingBuilt = kubernetesBuilt
    .then(() => build(routingBinaries))
    .then(() => copyGatewayDefinitions(definitions, buildContext));
  const packagesInstalled = installPackages(clusterPackages, output, signal);
  const envoyFetched = fetchEnvoy(folders.binaries, buildContext);
  const imagesReady = Promise.all([pauseBuilt, registryReady]).then(() => fillRegistry(folders, scope, output, signal));

  const nodeReady = Promise.all([kubernetesBuilt, packagesInstalled]).then(() => bringUpNode(folders, output, signal));
  const gatewayReady = Promise.all([nodeReady, routingBuilt, envoyFetched]).then(() =>
    bringUpGateway(folders, definitions, signal),
  );
  const dnsReady = Promise.all([nodeReady, routingBuilt]).then(() => bringUpDns(folders, signal));
  const kubeconfigWritten = nodeReady.then(() => addToUserKubeconfig(kubeconfigEntry(clusterFiles(folders), 'admin')));
  const policiesBuilt = scope === 'full' ? routingBuilt.then(() => build(kubeRouterBinary)) : routingBuilt;
  const provisioner = toolFolder(folders, 'local-path-provisioner');
  const provisionerBuilt = policiesBuilt.then(() => buildBinaries([provisionerBinary], provisioner, buildContext));
  const provisionerReady = Promise.all([imagesReady, provisionerBuilt]).then(() =>
    ensureProgramImage(provisionerImage, join(provisioner, 'local-path-provisioner'), folders, signal),
  );
  const registryKept = provisionerReady.then(() => keepRegistry(folders));
  const volumesReady = Promise.all([nodeReady, provisionerReady]).then(() => bringUpVolumes(folders, signal));
  const parts: Promise<unknown>[] = [gatewayReady, dnsReady, registryKept, volumesReady, kubeconfigWritten];
  if (scope === 'full') {
    parts.push(
      Promise.all([nodeReady, policiesBuilt]).then(() => bringUpNetworkPolicies(folders, signal)),
      gatewayReady.then(() => bringUpLoadBalancer(folders, signal)),
    );
  }
  await Promise.all(parts);
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
    reason: 'It needs Linux and root, to make containers, a bridge and packet rules.',
    remedy: 'Run it as root, or choose another cluster with `--provider=kind` or `--context=NAME`.',
  });
}

async function bringUpNode(folders: Folders, output: Output, signal: AbortSignal | undefined): Promise<void> {
  const files = clusterFiles(folders);
  const begun = Date.now();
  await requireShortPath(files.containerdSocket);
  await Promise.all([makeCertificates(files.certificates, signal), keepNeighboursOut(folders, signal)]);
  mkdirSync(files.data('etcd'), { recursive: true, mode: 0o700 });
  writeClusterSettings(folders);
  await ensureNodeAddress(signal);
  await keepServiceRangeInside(signal);
  await runCommand('enable packet forwarding', ['sysctl', '-qw', 'net.ipv4.ip_forward=1'], { signal });
  await Promise.all([startComponent(folders, 'etcd'), startComponent(folders, 'containerd')]);
  await startComponent(folders, 'kube-apiserver');
  await Promise.all([
    startComponent(folders, 'kube-controller-manager'),
    startComponent(folders, 'kube-scheduler'),
    startComponent(folders, 'kubelet'),
    startComponent(folders, 'kube-proxy'),
    apply(
      folders,
      ['cluster.yaml', 'access.yaml'].map((name) => join(projectFolder, 'manifests', name)),
      signal,
    ),
  ]);
  await waitUntilNodeReady(folders, signal);
  output.say(`cluster ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}

/** Requires that the sockets' paths fit: there is room for 107 bytes, and the longest is 7 bytes longer than this one. */
async function requireShortPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) <= 100) return;
  throw new Refusal({
    type: 'state-folder-too-deep',
    doing: 'bring up a cluster of host processes',
    reason: `The path ${path} is too long for a socket.`,
    remedy: 'Name a folder with a shorter path in XDG_STATE_HOME and run the same command again.',
  });
}

async function ensureNodeAddress(signal: AbortSignal | undefined): Promise<void> {
  const shown = await runCommand(
    'list the addresses of the machine',
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
        reason: 'The node was not ready after 60 s.',
        remedy: 'See `nx run local-platform:logs kubelet`.',
        evidence: lastLines,
      });
    }
    await sleep(200);
  }
}

async function bringUpGateway(folders: Folders, definitions: string, signal: AbortSignal | undefined): Promise<void> {
  await Promise.all([
    runCommand("make Envoy's settings", envoyBootstrapArguments(folders), { signal }),
    apply(folders, [join(definitions, 'gateway-api.yaml'), join(definitions, 'contour.yaml')], signal),
  ]);
  // A definition is served a moment after it was created.
  await runCommand(
    'wait for the definitions of the gateway',
    kubectl(folders, 'wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'),
    { signal },
  );
  await apply(folders, [join(projectFolder, 'manifests', 'gateway.yaml')], signal);
  await keepGatewayCertificate(folders, signal);
  await startComponent(folders, 'contour');
  await startComponent(folders, 'envoy');
}

/** Applies the secret that the gateway's listeners refer to. By standard input: arguments can be read by every user. */
async function keepGatewayCertificate(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  const encoded = (name: string) => readFileSync(join(clusterFiles(folders).certificates, name)).toString('base64');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'public-tls', namespace: 'gateway' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encoded('gateway.crt'), 'tls.key': encoded('gateway.key') },
  };
  await applyObject("put the gateway's certificate into the cluster", secret, folders, signal);
}

async function applyObject(
  doing: string,
  object: object,
  folders: Folders,
  signal: AbortSignal | undefined,
): Promise<void> {
  const argv = kubectl(folders, 'apply', '--server-side', '--field-manager=local-platform', '--filename=-');
  await runCommand(doing, argv, { signal, input: JSON.stringify(object) });
}

/** Brings up the default storage class. Its volumes are folders of the state, which `down` removes. */
async function bringUpVolumes(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  await apply(folders, [join(projectFolder, 'manifests', 'volumes.yaml')], signal);
  const object = volumeFolders(clusterFiles(folders).data('volumes'));
  await applyObject('configure the provisioner of volumes', object, folders, signal);
  const rollout = ['rollout', 'status', 'deployment/local-path-provisioner', '--timeout=60s'];
  const argv = kubectl(folders, '--namespace=local-path-storage', ...rollout);
  await runCommand('wait for the provisioner of volumes', argv, { signal });
}

async function bringUpDns(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  await Promise.all([
    apply(folders, [join(projectFolder, 'manifests', 'dns.yaml')], signal),
    startComponent(folders, 'coredns'),
  ]);
}

async function bringUpNetworkPolicies(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  await apply(folders, [join(projectFolder, 'manifests', 'network-policies.yaml')], signal);
  await startComponent(folders, 'kube-router');
}

async function bringUpLoadBalancer(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  await apply(folders, [join(projectFolder, 'manifests', 'load-balancer.yaml')], signal);
  await startComponent(folders, 'load-balancer');
}
