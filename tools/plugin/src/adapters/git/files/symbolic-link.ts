import { posix } from 'node:path';

/** Git and Linux both give up on far longer chains; one in a workspace that is longer than this is a loop. */
const longestChain = 8;

/**
 * Follows a symbolic link to the file that it stands for, inside the workspace only.
 * @param linkTarget what is written in the link at a path; undefined when there is no link at it.
 * @returns the file's path, or undefined when the link leads out of the workspace or in a circle.
 */
export async function resolveLink(
  path: string,
  linkTarget: (path: string) => string | undefined | Promise<string | undefined>,
): Promise<string | undefined> {
  let at = path;
  for (let step = 0; step <= longestChain; step++) {
    const target = await linkTarget(at);
    if (target === undefined) return at;
    if (posix.isAbsolute(target)) return undefined;
    at = posix.normalize(posix.join(posix.dirname(at), target));
    if (at === '..' || at.startsWith('../')) return undefined;
  }
  return undefined;
}
