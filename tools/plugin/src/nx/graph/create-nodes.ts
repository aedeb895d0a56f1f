import type { CreateNodesContext, CreateNodesResult, ProjectConfiguration } from '@nx/devkit';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environmentMarker, infrastructureFolder } from './infrastructure-folder.ts';
import { inputsAbove } from './references/inputs-above.ts';
import { languagesOf } from './references/languages-of.ts';
import { ignoreFilesOfContexts } from './references/ignore-files-of-contexts.ts';
import { requirementsAbove } from './references/requirements-above.ts';
import { shrinkwrap, shrinkwrapNodes } from './packages/shrinkwrap-nodes.ts';
import { hasManifests, serviceFolder, serviceMarker } from './service-folder.ts';
import { infrastructureTargets, targetsOfService } from './targets.ts';
import { readProjectFile } from './project-file.ts';
import type { KnownFolders } from './toolchains/accepts-this-node.ts';
import { toolchainTarget, toolchainTargetName } from './toolchains/toolchain-target.ts';

/** The file that makes a folder a project for Nx: a marker of our own would let Nx take its deletion for that of a project. */
const projectMarker = '**/project.json';

type NodeResult = [string, CreateNodesResult];

type Context = Pick<CreateNodesContext, 'workspaceRoot'> & Partial<Pick<CreateNodesContext, 'nxJsonConfiguration'>>;

/**
 * Infers the targets of every service and of the environments, the files above a project that its language reads, the
 * target that checks for its language, and the npm packages of a lock file that Nx does not know.
 * Loaded by each Nx command, so nothing but Node's builtins and types may be imported here: `@nx/devkit` alone costs 0.3 s.
 */
export const createNodes = [
  `{${serviceMarker},${environmentMarker},${projectMarker},${shrinkwrap}}`,
  async (files: readonly string[], _options: unknown, context: Context) => {
    // Once for all environments: Nx would add the same up.
    const firstOfEnvironments = files.find((file) => infrastructureFolder(file) !== undefined);
    const knownFolders: KnownFolders = new Map();
    const results = files.map((file): NodeResult[] | Promise<NodeResult[]> => {
      if (file === shrinkwrap) return [[file, { externalNodes: shrinkwrapNodes(context.workspaceRoot) ?? {} }]];
      const infrastructure = infrastructureFolder(file);
      if (infrastructure !== undefined) {
        const isFirst = file === firstOfEnvironments;
        return isFirst ? [[file, { projects: { [infrastructure]: { targets: infrastructureTargets } } }]] : [];
      }
      if (file === 'project.json' || file.endsWith('/project.json')) return ofLanguages(file, context, knownFolders);
      const folder = serviceFolder(file, context.workspaceRoot);
      if (folder === undefined) return [];
      const targets = targetsOfService(readdirSync(join(context.workspaceRoot, folder)));
      return [[file, { projects: { [folder]: { targets } } }]];
    });
    return (await Promise.all(results)).flat();
  },
] as const;

/** Infers what the languages of a project give it. */
async function ofLanguages(
  file: string,
  { workspaceRoot, nxJsonConfiguration }: Context,
  knownFolders: KnownFolders,
): Promise<NodeResult[]> {
  const root = dirname(file);
  const projectFile = readProjectFile(root, workspaceRoot);
  const languages = languagesOf(root, workspaceRoot);
  const namedInputs = inputsAbove(root, languages, {
    namedInputs: nxJsonConfiguration?.namedInputs ?? {},
    others: [
      ...(languages.has('python') ? requirementsAbove(root, workspaceRoot) : []),
      ...ignoreFilesOfContexts(root, workspaceRoot, projectFile, nxJsonConfiguration?.targetDefaults),
    ],
  });
  const folder = join(workspaceRoot, root);
  const isService = existsSync(join(folder, 'Dockerfile')) && hasManifests(folder);
  const toolchain = await toolchainTarget({ root, workspaceRoot, projectFile, isService, knownFolders });
  const project: Partial<ProjectConfiguration> = {
    ...(namedInputs && { namedInputs }),
    ...(toolchain && { targets: { [toolchainTargetName]: toolchain } }),
  };
  return Object.keys(project).length === 0 ? [] : [[file, { projects: { [root]: project } }]];
}
