import { createProjectGraphAsync, type ProjectGraph, type Tree } from '@nx/devkit';
import { ProductError } from '../../model/errors/product-error.ts';
import { serviceTargets } from '../graph/targets.ts';
import { gatherFacts } from './pipelines/gather-facts.ts';
import { applyChanges, changedFiles, presentCis } from './pipelines/pipeline-files.ts';

/** Reads the project graph. */
export type ReadGraph = () => Promise<ProjectGraph>;

/** Reads the graph of the projects that are on the disk. */
export const graphOnDisk: ReadGraph = () => createProjectGraphAsync({ exitOnError: false });

/**
 * Brings generated pipelines in step with what a generator has changed in a tree, so that their files are among those that
 * Nx lists. Changes nothing where there are no pipelines. A mistake in a file that pipelines are generated from leaves them
 * as they are, because it is no reason to refuse what was asked for.
 * @param projectGraph the graph as it will be when the tree is written.
 * @returns what is to be done when the files are written: to warn of such a mistake.
 */
export async function updatePipelines(tree: Tree, projectGraph: ReadGraph): Promise<() => void> {
  const cis = presentCis(tree);
  if (cis.length === 0) return () => undefined;
  try {
    applyChanges(tree, changedFiles(tree, await gatherFacts(tree, await projectGraph()), cis));
    return () => undefined;
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return () => console.warn(`\nPipelines were not updated. ${error.explain()} Then run \`nx sync\`.`);
  }
}

/**
 * Adds a service to a graph. What it depends on is not known yet, and only a trigger by paths, which a new service has not,
 * needs it.
 */
export function withService(graph: ProjectGraph, name: string, root: string): ProjectGraph {
  const data = { root, targets: { release: serviceTargets['release']! } };
  return { ...graph, nodes: { ...graph.nodes, [name]: { name, type: 'app', data } } };
}

/** Takes a project out of a graph, with what it depends on. */
export function withoutProject(graph: ProjectGraph, name: string): ProjectGraph {
  const { [name]: _node, ...nodes } = graph.nodes;
  const { [name]: _dependencies, ...dependencies } = graph.dependencies;
  return { ...graph, nodes, dependencies };
}
