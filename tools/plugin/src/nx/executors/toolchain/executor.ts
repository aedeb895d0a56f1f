import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../../../adapters/git/git-repository.ts';
import { LocalTools } from '../../../adapters/toolchains/local-tools.ts';
import type { WorkspaceFiles } from '../../../adapters/workspace/toolchains.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { Toolchain } from '../../../model/toolchains/toolchain.ts';
import {
  checkToolchains,
  describeToolchain,
  needOf,
  type CheckedToolchain,
  type ToolchainRefusal,
} from '../../../use-cases/toolchains/check-toolchains.ts';
import { isExecutor } from '../../graph/executor-name.ts';
import { refusalMarkOf } from '../../graph/task-hooks/refusal-mark.ts';
import { endingProcess } from '../running/batch.ts';
import { shown } from '../running/shown-result.ts';
import { RunLog } from '../output/ci/run-log.ts';
import type { TaskResult } from '../running/task.ts';

/** Nx's batch implementation: all projects of a command at once, so that what is missing is told once. */
export function toolchainBatch(
  taskGraph: TaskGraph,
  _inputs: unknown,
  _overrides: unknown,
  context: ExecutorContext,
): AsyncGenerator<{ task: string; result: TaskResult }> {
  const tasks = Object.values(taskGraph.tasks).map(({ id, target }) => ({ id, project: target.project }));
  return endingProcess(checkAll(tasks, context));
}

/** Nx's implementation for one project, which it uses where batches are turned off. */
export async function toolchainSingle(_options: unknown, context: ExecutorContext): Promise<{ success: boolean }> {
  const project = context.projectName ?? '';
  let success = false;
  for await (const { result } of checkAll([{ id: project, project }], context)) {
    process.stdout.write(result.terminalOutput);
    ({ success } = result);
  }
  return { success };
}

async function* checkAll(
  tasks: readonly { readonly id: string; readonly project: string }[],
  context: ExecutorContext,
): AsyncGenerator<{ task: string; result: TaskResult }> {
  const { needs, mistakes } = await needsOf(
    tasks.map(({ project }) => project),
    context,
  );
  const checked = await checkToolchains(needs, new LocalTools(context.root));
  const log = new RunLog(process.env);
  const results: { task: string; result: TaskResult }[] = [];
  for (const { id, project } of tasks) {
    const mistake = mistakes.get(project);
    const found = mistake ? [mistake] : (checked.get(project) ?? []);
    const result = resultOf(project, found);
    if (!result.success) log.tell({ service: project, outcome: `refused: ${whyRefused(found)}`, state: 'failed' });
    results.push({ task: id, result: shown(project, result, log) });
  }
  // Nx may end this process as soon as it has the last result.
  await log.publish(new GitRepository(context.root));
  yield* results;
}

/** Returns the needs of projects, and the mistakes in files of those whose needs are not known. */
async function needsOf(projects: readonly string[], { root, projectGraph }: ExecutorContext) {
  const { WorkspaceToolchains } = await import('../../../adapters/workspace/toolchains.ts');
  const workspace = new WorkspaceToolchains(filesOnDisk(root));
  const needs: { name: string; toolchains: Toolchain[] }[] = [];
  const mistakes = new Map<string, ToolchainRefusal>();
  const firsts = new Map<string, string>();
  for (const name of projects) {
    const { root: folder = '.', targets = {} } = projectGraph.nodes[name]?.data ?? {};
    const isService = Object.values(targets).some(({ executor }) => isExecutor(executor, 'release'));
    try {
      needs.push({ name, toolchains: workspace.ofProject({ root: folder, targets, isService }) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const toldFor = firsts.get(error.message) ?? name;
      firsts.set(error.message, toldFor);
      mistakes.set(name, { refusal: error, toldFor });
    }
  }
  return { needs, mistakes };
}

function resultOf(project: string, checked: readonly CheckedToolchain[]): TaskResult {
  const refused = checked.flatMap((each) => ('refusal' in each ? each : []));
  const lines =
    refused.length > 0
      ? [...refused.map((each) => refusalLine(project, each)), refusalMarkOf({ deploys: false })]
      : checked.flatMap((each) => ('refusal' in each ? [] : `${project}: ${describeToolchain(each)}`));
  return { success: refused.length === 0, terminalOutput: lines.map((line) => `${line}\n`).join('') };
}

/** For the table that ends a command for many, and the page of a CI's run. */
function whyRefused(checked: readonly CheckedToolchain[]): string {
  const refused = checked.flatMap((each) => ('refusal' in each ? each : []));
  const missing = refused.flatMap(({ toolchain }) => (toolchain ? needOf(toolchain) : []));
  return missing.length > 0
    ? `needs ${missing.join(' and ')}`
    : refused.map(({ refusal }) => refusal.facts.reason).join(' ');
}

/** Returns a refusal, or where it was told of another project already, that one's name. */
function refusalLine(project: string, { refusal, toldFor }: ToolchainRefusal): string {
  return toldFor === project ? refusal.explain() : `Could not build ${project} either: see ${toldFor}.`;
}

function filesOnDisk(root: string): WorkspaceFiles {
  return {
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    list: (folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []),
  };
}
