import type { CreateDependenciesContext, ImplicitDependency, RawProjectGraphDependency } from '@nx/devkit';
import { findDotnetReferences } from '../../../model/references/dotnet/dotnet-references.ts';
import { findGoReferences } from '../../../model/references/go/go-references.ts';
import { References } from '../../../model/references/reference.ts';
import { findPythonReferences } from '../../../model/references/python/python-references.ts';
import {
  defaultOptions,
  readPluginOptions,
  readPluginOptionsIn,
  type PluginOptions,
} from '../../../model/workspace/plugin-options.ts';
import { bunEdges } from '../packages/bun-edges.ts';
import { shrinkwrapEdges } from '../packages/shrinkwrap-nodes.ts';
import { describeLost } from './describe-lost.ts';
import { findLinkReferences } from './link-references.ts';
import { msbuildReader } from './msbuild-reader.ts';
import { pyprojectReader } from './pyproject-reader.ts';
import { WorkspaceTree } from './workspace-tree.ts';

/**
 * Finds edges of the project graph in the files of languages that Nx does not read itself, from the files alone, and those
 * between npm packages that Nx leaves out. Loaded by
 * each Nx command, as `createNodes` is; parsers of formats are loaded when there is such a file.
 *
 * The edges are given without the file that they were found in: Nx would keep those of a file for as long as that file
 * stays as it is, though what it refers to is said by others, too (`go.work`, `Directory.Build.props`).
 */
export async function createDependencies(
  given: unknown,
  context: Pick<CreateDependenciesContext, 'fileMap' | 'projects' | 'workspaceRoot' | 'externalNodes'> &
    Partial<Pick<CreateDependenciesContext, 'nxJsonConfiguration'>>,
): Promise<RawProjectGraphDependency[]> {
  const { options } = given === undefined ? readPluginOptionsIn(context.nxJsonConfiguration) : readPluginOptions(given);
  const edges = [...bunEdges(context.externalNodes), ...shrinkwrapEdges(context.workspaceRoot)];
  return [
    ...(await findDependencies(context, (text) => process.stderr.write(text), options)),
    ...edges.map((edge) => ({ ...edge, type: 'static' as ImplicitDependency['type'] })),
  ];
}

/** Finds those between projects, with the warning given to `warn`. */
export async function findDependencies(
  { fileMap, projects, workspaceRoot }: Pick<CreateDependenciesContext, 'fileMap' | 'projects' | 'workspaceRoot'>,
  warn: (text: string) => void,
  { manifests }: Pick<PluginOptions, 'manifests'> = defaultOptions,
): Promise<ImplicitDependency[]> {
  const tree = new WorkspaceTree(workspaceRoot, projects, fileMap);
  const references = new References(tree);
  findGoReferences(tree, references);
  findPythonReferences(tree, references, await pyprojectReader(tree));
  findLinkReferences(tree, references, manifests);
  findDotnetReferences(tree, references, await msbuildReader(tree));
  if (references.lost.length > 0) warn(describeLost(references.lost, (project) => tree.rootOf(project)));
  return references.edges.map(({ source, target }) => ({
    source,
    target,
    type: 'implicit' as ImplicitDependency['type'],
  }));
}
