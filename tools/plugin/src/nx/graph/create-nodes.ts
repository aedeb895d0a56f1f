import type { CreateNodesResult } from '@nx/devkit';
import { environmentMarker, infrastructureFolder } from './infrastructure-folder.ts';
import { serviceFolder, serviceMarker } from './service-folder.ts';
import { infrastructureTargets, serviceTargets } from './targets.ts';

/**
 * Infers the targets of every service, and of the environments. Loaded by each Nx command, so nothing but Node's builtins
 * and types may be imported here: `@nx/devkit` alone costs 0.3 s.
 */
export const createNodes = [
  `{${serviceMarker},${environmentMarker}}`,
  (files: readonly string[], _options: unknown, context: { workspaceRoot: string }) =>
    files.flatMap((file, index): [string, CreateNodesResult][] => {
      const infrastructure = infrastructureFolder(file);
      if (infrastructure !== undefined) {
        // Once for all environments: Nx would add the same up.
        const isFirst = files.findIndex((each) => infrastructureFolder(each) !== undefined) === index;
        return isFirst ? [[file, { projects: { [infrastructure]: { targets: infrastructureTargets } } }]] : [];
      }
      const folder = serviceFolder(file, context.workspaceRoot);
      return folder === undefined ? [] : [[file, { projects: { [folder]: { targets: serviceTargets } } }]];
    }),
] as const;
