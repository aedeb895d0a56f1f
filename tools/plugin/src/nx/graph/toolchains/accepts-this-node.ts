import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { versionFiles } from '../../../model/toolchains/version-files.ts';

/** Answers of before, by their folders: thousands of projects have the same ones above them. */
export type KnownFolders = Map<string, Promise<boolean>>;

/** Reports whether the Node.js that runs Nx is the one that the nearest file says. A file with a mistake accepts none. */
export function acceptsThisNode(folder: string, workspaceRoot: string, known: KnownFolders): Promise<boolean> {
  let accepts = known.get(folder);
  if (!accepts) known.set(folder, (accepts = ask(folder, workspaceRoot, known)));
  return accepts;
}

async function ask(folder: string, workspaceRoot: string, known: KnownFolders): Promise<boolean> {
  for (const name of versionFiles.node) {
    const path = join(workspaceRoot, folder, name);
    const accepts = existsSync(path) ? await acceptedBy(name, path) : undefined;
    if (accepts !== undefined) return accepts;
  }
  return folder === '.' || acceptsThisNode(dirname(folder), workspaceRoot, known);
}

/** @returns undefined where the file says no version. */
async function acceptedBy(name: string, path: string): Promise<boolean | undefined> {
  const { readNodeFile } = await import('../../../model/toolchains/node-toolchain.ts');
  try {
    const toolchain = readNodeFile(name, readFileSync(path, 'utf8'));
    return toolchain?.accepts({ versions: [process.versions.node], lts: process.release.lts });
  } catch {
    // The target tells of it.
    return false;
  }
}
