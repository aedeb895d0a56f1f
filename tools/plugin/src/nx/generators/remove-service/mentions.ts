import type { Tree } from '@nx/devkit';
import { callersFile } from '../callers-file.ts';

/** Places that are shown. */
const mostShown = 20;

/** Returns the texts by which other files may name a folder: with the slashes of every system. */
export function namesOfFolder(root: string): string[] {
  // One word alone would be found everywhere.
  if (!root.includes('/')) return [`./${root}`, `.\\${root}`];
  return [root, root.replaceAll('/', '\\'), root.replaceAll('/', '\\\\')];
}

/**
 * Returns lines that still name a folder which is removed, as `file:line: text`: lists of workspaces, owners, lock files,
 * documents. Somebody has to look at them.
 * @param files those in which its name was found before.
 */
export function mentionsOf(tree: Tree, root: string, files: readonly string[]): string[] {
  const escaped = namesOfFolder(root).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const name = new RegExp(`(?<![\\w-])(?:${escaped.join('|')})(?![\\w-])`);
  const found = files.flatMap((file) => linesNaming(tree, file, name));
  const more = found.length - mostShown;
  return more > 0 ? [...found.slice(0, mostShown), `and ${more} more`] : found;
}

/** The same for a service's name in the file of callers: in forms that are not understood, or of another namespace. */
export function mentionsAmongCallers(tree: Tree, service: string): string[] {
  return linesNaming(tree, callersFile(), new RegExp(`^[^#]*(?<![\\w.-])${service}(?![\\w-])`));
}

function linesNaming(tree: Tree, file: string, name: RegExp): string[] {
  const text = tree.exists(file) && tree.isFile(file) ? (tree.read(file, 'utf8') ?? '') : '';
  return text
    .split(/\r?\n/)
    .flatMap((line, index) => (name.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : []));
}
