import { contextSources } from '../image/dockerfile.ts';

/**
 * Returns what a Dockerfile copies that is only found from the workspace's root, so that the root is meant to be the context.
 * @param exists reports whether a file or folder is in the workspace, by its path from the root.
 * @returns `apps/shop/Dockerfile:3: COPY package.json` for each, or none when the service's own folder will do.
 */
export function copiedFromRoot(dockerfile: string, root: string, exists: (path: string) => boolean): string[] {
  if (root === '.') return [];
  const copied = contextSources(dockerfile).filter(({ from, path }) => from === undefined && !/[*?[]/.test(path));
  return copied
    .filter(({ path }) => path !== '.' && !exists(`${root}/${path}`) && exists(path))
    .map(({ line, instruction, path }) => `${root}/Dockerfile:${line}: ${instruction} ${path}`);
}

/**
 * Returns the first folder that has all that a Dockerfile copies, or the first of all where none has.
 * @param folders from the workspace's root, at least one.
 */
export function firstContext(
  dockerfile: string,
  folders: readonly [string, ...string[]],
  exists: (path: string) => boolean,
): string {
  const copied = contextSources(dockerfile).filter(
    ({ from, path }) => from === undefined && path !== '.' && !/[*?[]/.test(path),
  );
  const has = (folder: string) => copied.every(({ path }) => exists(folder === '.' ? path : `${folder}/${path}`));
  return folders.find(has) ?? folders[0];
}
