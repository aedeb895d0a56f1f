import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldersAbove } from '../../../model/references/reference.ts';
import { versionFiles } from '../../../model/toolchains/version-files.ts';

/** Reports whether the Node.js that runs Nx is the one that the nearest file says. A file with a mistake accepts none. */
export async function acceptsThisNode(folder: string, workspaceRoot: string): Promise<boolean> {
  const { readNodeFile } = await import('../../../model/toolchains/node-toolchain.ts');
  for (const each of [folder, ...foldersAbove(folder)])
    for (const name of versionFiles.node) {
      const path = join(workspaceRoot, each, name);
      if (!existsSync(path)) continue;
      try {
        const toolchain = readNodeFile(name, readFileSync(path, 'utf8'));
        if (toolchain) return toolchain.accepts({ versions: [process.versions.node], lts: process.release.lts });
      } catch {
        // The target tells of it.
        return false;
      }
    }
  return true;
}
