import type { ProjectGraph } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../graph/commands.ts';
import { isExecutor } from '../../graph/executor-name.ts';

/**
 * Reports whether project.json or nx.json give a target options besides those that are typed.
 * @param project undefined for all that have the target.
 * @returns unknown where Nx has kept no graph to tell by, of-others where the target is none of this plugin's.
 */
export function configuredOptions(
  target: string,
  project: string | undefined,
  root: string,
): 'some' | 'none' | 'of-others' | 'unknown' {
  const graph = keptGraph(root);
  if (!graph) return 'unknown';
  const names = Object.keys(commands);
  const all = Object.values(graph.nodes)
    .filter(({ name }) => project === undefined || name === project)
    .flatMap(({ data }) => data.targets?.[target] ?? []);
  const configurations = all.filter(({ executor }) => names.some((name) => isExecutor(executor, name)));
  if (all.length > 0 && configurations.length === 0) return 'of-others';
  if (configurations.length === 0) return 'unknown';
  const isSome = ({ options = {}, configurations: named = {} }: (typeof configurations)[number]) =>
    // What a service says of itself is checked by what reads it, and by nothing before.
    Object.keys(options as object).some((option) => !['build', 'service', 'container'].includes(option)) ||
    Object.keys(named).length > 0;
  return configurations.some(isSome) ? 'some' : 'none';
}

/** Returns a project as Nx has it, with the options of a target; undefined where that is not known. */
export function keptProject(
  name: string,
  target: string,
  root: string,
): { readonly root: string; readonly options: Readonly<Record<string, unknown>> } | undefined {
  const data = keptGraph(root)?.nodes[name]?.data;
  if (!data) return undefined;
  return { root: data.root, options: (data.targets?.[target]?.options ?? {}) as Record<string, unknown> };
}

/** Returns the graph that Nx has just written, in this process or in its daemon. */
function keptGraph(root: string): ProjectGraph | undefined {
  const folder = process.env['NX_WORKSPACE_DATA_DIRECTORY'] ?? join(root, '.nx/workspace-data');
  try {
    return JSON.parse(readFileSync(join(folder, 'project-graph.json'), 'utf8')) as ProjectGraph;
  } catch {
    return undefined;
  }
}
