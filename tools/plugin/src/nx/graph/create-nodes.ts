import type { CreateNodesContext, CreateNodesResult } from '@nx/devkit';
import { dirname } from 'node:path';
import { environmentMarker, infrastructureFolder } from './infrastructure-folder.ts';
import { inputsAbove } from './references/inputs-above.ts';
import { languagesOf } from './references/languages-of.ts';
import { ignoreFileOfContext } from './references/ignore-file-of-context.ts';
import { requirementsAbove } from './references/requirements-above.ts';
import { serviceFolder, serviceMarker } from './service-folder.ts';
import { infrastructureTargets, serviceTargets } from './targets.ts';

/** The file that makes a folder a project for Nx: a marker of our own would let Nx take its deletion for that of a project. */
const projectMarker = '**/project.json';

type Context = Pick<CreateNodesContext, 'workspaceRoot'> & Partial<Pick<CreateNodesContext, 'nxJsonConfiguration'>>;

/**
 * Infers the targets of every service and of the environments, and the files above a project that its language reads.
 * Loaded by each Nx command, so nothing but Node's builtins and types may be imported here: `@nx/devkit` alone costs 0.3 s.
 */
export const createNodes = [
  `{${serviceMarker},${environmentMarker},${projectMarker}}`,
  (files: readonly string[], _options: unknown, context: Context) => {
    // Once for all environments: Nx would add the same up.
    const firstOfEnvironments = files.find((file) => infrastructureFolder(file) !== undefined);
    return files.flatMap((file): [string, CreateNodesResult][] => {
      const infrastructure = infrastructureFolder(file);
      if (infrastructure !== undefined) {
        const isFirst = file === firstOfEnvironments;
        return isFirst ? [[file, { projects: { [infrastructure]: { targets: infrastructureTargets } } }]] : [];
      }
      if (file === 'project.json' || file.endsWith('/project.json')) return withInputsAbove(file, context);
      const folder = serviceFolder(file, context.workspaceRoot);
      return folder === undefined ? [] : [[file, { projects: { [folder]: { targets: serviceTargets } } }]];
    });
  },
] as const;

function withInputsAbove(file: string, { workspaceRoot, nxJsonConfiguration }: Context): [string, CreateNodesResult][] {
  const root = dirname(file);
  const languages = languagesOf(root, workspaceRoot);
  const namedInputs = inputsAbove(root, languages, {
    namedInputs: nxJsonConfiguration?.namedInputs ?? {},
    others: [
      ...(languages.has('python') ? requirementsAbove(root, workspaceRoot) : []),
      ...ignoreFileOfContext(root, workspaceRoot, nxJsonConfiguration?.targetDefaults),
    ],
  });
  return namedInputs === undefined ? [] : [[file, { projects: { [root]: { namedInputs } } }]];
}
