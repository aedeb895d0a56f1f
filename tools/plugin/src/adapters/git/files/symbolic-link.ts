import { posix } from 'node:path';

/** Git and Linux both give up on far longer chains; one in a workspace that is longer than this is a loop. */
const longestChain = 8;

/** Files among which there are symbolic links. */
export interface LinkedFiles {
  /** All paths, relative to the workspace's root; folders are none. */
  readonly paths: { has(path: string): boolean; [Symbol.iterator](): Iterator<string> };
  /** Returns what is written in the link at a path; undefined when there is no link at it. */
  linkTarget(path: string): string | undefined | Promise<string | undefined>;
}

/** Why a symbolic link leads to no file: out of the workspace, or in a circle. */
export type LostLink = 'outside' | 'circle';

/**
 * Follows symbolic links to what a path stands for, inside the workspace only. Each folder on the way may be a link.
 * @returns the path of a file or folder, or why there is none.
 */
export async function resolveLink(
  path: string,
  { linkTarget }: Pick<LinkedFiles, 'linkTarget'>,
): Promise<{ readonly path: string } | LostLink> {
  let at = path;
  for (let step = 0; step <= longestChain; step++) {
    const link = await firstLink(at, linkTarget);
    if (!link) return { path: at };
    if (posix.isAbsolute(link.target)) return 'outside';
    at = posix.normalize(posix.join(posix.dirname(link.path), link.target, link.rest)).replace(/(?<=.)\/$/, '');
    if (at === '..' || at.startsWith('../')) return 'outside';
  }
  return 'circle';
}

/** Returns the first part of a path that is a link. */
async function firstLink(path: string, linkTarget: LinkedFiles['linkTarget']) {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const part = end < 0 ? path : path.slice(0, end);
    const target = await linkTarget(part);
    if (target !== undefined) return { path: part, target, rest: end < 0 ? '' : path.slice(end) };
    if (end < 0) return undefined;
  }
}

/**
 * Returns the files that a path stands for, by the path at which each is seen: one, or, of a link to a folder, all in it.
 * Links to folders within such a folder are left out.
 */
export async function filesBehind(path: string, files: LinkedFiles): Promise<ReadonlyMap<string, string> | LostLink> {
  const real = await resolveLink(path, files);
  if (typeof real === 'string') return real;
  if (files.paths.has(real.path)) return new Map([[path, real.path]]);
  const inside = real.path === '.' ? '' : `${real.path}/`;
  const found = new Map<string, string>();
  for (const each of files.paths) {
    // A folder that holds the link itself would have no end.
    if (!each.startsWith(inside) || path.startsWith(inside)) continue;
    const file = await resolveLink(each, files);
    if (typeof file !== 'string' && files.paths.has(file.path))
      found.set(`${path}/${each.slice(inside.length)}`, file.path);
  }
  return found;
}
