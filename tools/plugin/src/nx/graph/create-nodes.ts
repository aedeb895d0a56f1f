import type { CreateNodesContext, CreateNodesResult, ProjectConfiguration } from '@nx/devkit';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readPluginOptions, readPluginOptionsIn, type PluginOptions } from '../../model/workspace/plugin-options.ts';
import { environmentMarkers, findEnvironmentFile, infrastructureProject } from './infrastructure-folder.ts';
import { inputsAbove } from './references/inputs-above.ts';
import { languagesOf } from './references/languages-of.ts';
import { ignoreFilesOfContexts } from './references/ignore-files-of-contexts.ts';
import { requirementsAbove } from './references/requirements-above.ts';
import { shrinkwrap, shrinkwrapNodes } from './packages/shrinkwrap-nodes.ts';
import { isServiceFolder, serviceFolder, serviceMarker } from './service-folder.ts';
import { infrastructureTargets, targetsOfService } from './targets.ts';
import { nameOfProject, readProjectFile } from './project-file.ts';
import { ProjectFolders } from './project-folders.ts';
import type { KnownFolders } from './toolchains/accepts-this-node.ts';
import { toolchainTarget, toolchainTargetName } from './toolchains/toolchain-target.ts';

/** The files that make a folder a project for Nx: a marker of our own would let Nx take its deletion for that of a project. */
const projectMarkers = ['**/project.json', '**/package.json'];

type NodeResult = [string, CreateNodesResult];

type Context = Pick<CreateNodesContext, 'workspaceRoot'> & Partial<Pick<CreateNodesContext, 'nxJsonConfiguration'>>;

/** Facts about the workspace while its projects are looked at. */
interface Workspace {
  readonly context: Context;
  readonly options: PluginOptions;
  readonly projects: ProjectFolders;
  readonly knownFolders: KnownFolders;
  /** Folders of projects that are named as that of the environments is. */
  readonly roots: Set<string>;
  warn(text: string): void;
}

/**
 * Infers the targets of every service and of the environments, the files above a project that its language reads, the
 * target that checks for its language, and the npm packages of a lock file that Nx does not know.
 * Loaded by each Nx command, so nothing but Node's builtins and types may be imported here: `@nx/devkit` alone costs 0.3 s.
 * What is wrong in a file is a warning that names it, and only what that file is for is left out: an error would end every
 * command of the workspace, also those of others. This plugin's own commands refuse what the warning says.
 *
 * The glob has no braces in braces: Nx 22 cannot read those.
 */
export const createNodes = [
  `{${[serviceMarker, ...environmentMarkers, ...projectMarkers, shrinkwrap].join()}}`,
  async (files: readonly string[], given: unknown, context: Context): Promise<NodeResult[]> => {
    const warned: string[] = [];
    const warn = (text: string) => warned.push(`@poc/plugin: ${text}\n`);
    const { options, mistakes } =
      given === undefined ? readPluginOptionsIn(context.nxJsonConfiguration) : readPluginOptions(given);
    for (const mistake of mistakes) warn(`in nx.json, ${mistake}`);
    const { workspaceRoot } = context;
    const projects = new ProjectFolders(workspaceRoot);
    const workspace = { context, options, projects, knownFolders: new Map(), roots: new Set<string>(), warn };
    const results = files.map(async (file) => {
      try {
        return await ofFile(file, workspace);
      } catch (error) {
        warn(
          `could not read what ${file} says of its project: ${error instanceof Error ? error.message : String(error)}`,
        );
        return [];
      }
    });
    const ofProjects = (await Promise.all(results)).flat();
    const nodes = [...ofEnvironments(workspace), ...ofProjects];
    if (warned.length > 0) process.stderr.write(warned.join(''));
    return nodes;
  },
] as const;

async function ofFile(file: string, workspace: Workspace): Promise<NodeResult[]> {
  const { context, options, projects } = workspace;
  const { workspaceRoot } = context;
  if (file === shrinkwrap) return [[file, { externalNodes: shrinkwrapNodes(workspaceRoot) ?? {} }]];
  const name = basename(file);
  const root = dirname(file);
  if (name === 'project.json' || name === 'package.json')
    return projects.fileOf(root) === name ? ofLanguages(file, workspace) : [];
  if (name !== basename(serviceMarker)) return [];
  const folder = serviceFolder(file, workspaceRoot, projects, options);
  if (folder === undefined) return [];
  const own = readProjectFile(folder, workspaceRoot, projects.fileOf(folder));
  const targets = targetsOfService(readdirSync(join(workspaceRoot, folder)), options, own);
  return [[file, { projects: { [folder]: { targets } } }]];
}

/** The project of the environments. Its name is given, for Nx has none for a folder without a file that says one. */
function ofEnvironments({ context, options, projects, roots, warn }: Workspace): NodeResult[] {
  const { infrastructure: root } = options;
  const file = findEnvironmentFile(context.workspaceRoot, options);
  if (file === undefined) return [];
  const isProject = projects.fileOf(root) !== undefined;
  const twin = [...roots].find((each) => each !== root);
  if (isProject && !roots.has(root))
    warn(
      `the project in ${root} holds the environments, and must be named "${infrastructureProject}": correct "name" in its file.`,
    );
  else if (twin !== undefined) {
    warn(
      `the project in ${twin} is named "${infrastructureProject}", like the one that holds the environments, in ${root}: rename it.`,
    );
    return [];
  }
  const name = isProject ? {} : { name: infrastructureProject };
  return [[file, { projects: { [root]: { ...name, targets: infrastructureTargets(options) } } }]];
}

/** Infers what the languages of a project give it. */
async function ofLanguages(file: string, workspace: Workspace): Promise<NodeResult[]> {
  const { context, options, knownFolders } = workspace;
  const { workspaceRoot, nxJsonConfiguration } = context;
  const root = dirname(file);
  const name = basename(file) as 'project.json' | 'package.json';
  const projectFile = readProjectFile(root, workspaceRoot, name);
  if (nameOfProject(root, projectFile, name) === infrastructureProject) workspace.roots.add(root);
  const languages = languagesOf(root, workspaceRoot);
  const namedInputs = inputsAbove(root, languages, {
    namedInputs: nxJsonConfiguration?.namedInputs ?? {},
    others: [
      ...(languages.has('python') ? requirementsAbove(root, workspaceRoot) : []),
      ...ignoreFilesOfContexts(root, workspaceRoot, projectFile, nxJsonConfiguration?.targetDefaults),
    ],
  });
  const isService = isServiceFolder(root, workspaceRoot, options);
  const toolchain = await toolchainTarget({ root, workspaceRoot, projectFile, isService, knownFolders });
  const project: Partial<ProjectConfiguration> = {
    ...(namedInputs && { namedInputs }),
    ...(toolchain && { targets: { [options.targetPrefix + toolchainTargetName]: toolchain } }),
  };
  return Object.keys(project).length === 0 ? [] : [[file, { projects: { [root]: project } }]];
}
