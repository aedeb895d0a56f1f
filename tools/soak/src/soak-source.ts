import { join } from 'node:path';
import type { ServiceSource } from '../../plugin/src/ports/service-source.ts';

/** A service of a workspace, for those who deploy what was released: nothing of it is built here. */
export function releasedService(name: string, workspaceRoot: string): ServiceSource {
  const root = `apps/${name}`;
  return {
    name,
    root,
    partOf: 'soak',
    folder: join(workspaceRoot, root),
    contentHash: () => Promise.reject(new Error('Only releases of commits are deployed here.')),
    projectRoots: [root],
    inputFolders: [],
    isContent: () => false,
    packages: [],
    buildContext: () => join(workspaceRoot, root),
    foreignImageInputs: async () => [],
    refuseIgnoredInputs: async () => {},
  };
}
