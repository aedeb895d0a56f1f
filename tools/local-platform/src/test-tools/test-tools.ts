import { join } from 'node:path';
import { silentOutput, streamOutput, type Output } from '../command/output.ts';
import { platformFolders } from '../storage/folders.ts';
import { installPackages, podmanPackages } from '../system-packages.ts';
import { buildBinaries, toolModule } from '../tools/binaries.ts';
import { buildGiteaIn } from './gitea.ts';
import { fetchPipelineSchema } from './pipeline-schema.ts';
import { workflowCheckersIn, type WorkflowCheckers } from './workflow-checkers.ts';

/** Tools that the benchmarks compare with. */
const benchmarkTools = {
  helm3: toolModule('Helm 3', 'helm3', 120, 'helm'),
  helm4: toolModule('Helm 4', 'helm4', 120, 'helm'),
} as const;

/** Runs GitHub's workflows on this machine. */
const actBinary = toolModule('act', 'act', 60);

/** Installs podman, which tests of the plugin use beside docker. */
export function installPodman(output: Output = silentOutput): Promise<void> {
  return installPackages(podmanPackages, output, undefined);
}

/** Downloads Microsoft's schema of Azure Pipelines unless it is cached. @returns its path. */
export async function pipelineSchema(output: Output = silentOutput): Promise<string> {
  const { cache, tools } = platformFolders();
  return fetchPipelineSchema(join(cache, 'schemas'), { tools, output, signal: undefined });
}

/** Returns the programs that check workflows of GitHub Actions; builds and downloads them unless they are cached. */
export function workflowCheckers(output: Output = streamOutput()): Promise<WorkflowCheckers> {
  const { cache, tools } = platformFolders();
  return workflowCheckersIn(join(cache, 'workflow-checkers'), { tools, output, signal: undefined });
}

/** Builds a tool of the benchmarks unless it is cached. @returns the folder that holds it, as `helm`. */
export async function buildTool(name: keyof typeof benchmarkTools, output: Output = silentOutput): Promise<string> {
  const { cache, tools } = platformFolders();
  const target = join(cache, 'benchmark-tools', name);
  await buildBinaries([benchmarkTools[name]], target, { tools, output, signal: undefined });
  return target;
}

/** Builds Gitea unless it is cached. @returns the folder that holds it, as `gitea`, with all files that it reads. */
export async function buildGitea(output: Output = streamOutput()): Promise<string> {
  const { cache, tools } = platformFolders();
  const target = join(cache, 'gitea');
  await buildGiteaIn(target, { tools, output, signal: undefined });
  return target;
}

/** Builds act unless it is cached. @returns the folder that holds it. */
export async function buildAct(output: Output = streamOutput()): Promise<string> {
  const { cache, tools } = platformFolders();
  const target = join(cache, 'act');
  await buildBinaries([actBinary], target, { tools, output, signal: undefined });
  return target;
}
