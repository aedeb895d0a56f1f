import { lstatSync, readdirSync, readlinkSync, type Dirent } from 'node:fs';
import { join, posix } from 'node:path';
import type { References } from '../../../model/references/reference.ts';
import { pathFrom } from '../../../model/references/reference.ts';
import type { WorkspaceTree } from './workspace-tree.ts';

/**
 * Finds symbolic links among the manifests of services, and follows each to the project whose files it stands for: a
 * change of these is a change of the service. Links elsewhere are not looked for, because each file would be asked for what
 * it is; their content counts nevertheless.
 */
export function findLinkReferences(tree: WorkspaceTree, references: References, manifests: string): void {
  for (const [project, files] of tree.projects) {
    const folders = [manifests, 'chart'].map((name) => posix.join(tree.rootOf(project), name));
    const found = folders.filter((folder) => files.some((file) => file === folder || file.startsWith(`${folder}/`)));
    for (const file of found.flatMap((folder) => linksIn(tree.root, folder))) {
      const written = readlinkSync(join(tree.root, file));
      const path = pathFrom(posix.dirname(file), written, tree);
      references.follow({ project, file, line: 1, written, path });
    }
  }
}

/** Returns the links below a folder, or the folder itself if it is one. */
function linksIn(root: string, folder: string): string[] {
  if (lstatSync(join(root, folder), { throwIfNoEntry: false })?.isSymbolicLink()) return [folder];
  return entriesOf(join(root, folder)).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isSymbolicLink()) return [path];
    return entry.isDirectory() ? linksIn(root, path) : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
