import type { PipelineService } from '../../model/pipelines/pipeline-facts.ts';
import { nodeLockfiles } from '../../model/changes/dependencies/npm/node-dependencies.ts';
import type { Service } from './service.ts';

/**
 * The paths whose changes may concern a service: the folders of its closure, without those of other projects inside them,
 * what the named inputs take in beside projects, and the lockfile where the service needs npm packages. They hold all of
 * its content, and also tests and documents, which are no content: whether there is something to release is found by
 * content.
 * @param isFile tells a file from a folder. Paths are relative to the workspace's root.
 * @param exists reports whether there is such a file or folder: named inputs may name some that are not there yet.
 */
export function triggerPaths(
  { closure, foreignRoots, packages }: Pick<Service, 'closure' | 'foreignRoots' | 'packages'>,
  isFile: (path: string) => boolean,
  exists: (path: string) => boolean = () => true,
): Pick<PipelineService, 'paths' | 'foreignPaths'> {
  const shared = closure.flatMap(({ filter }) => filter.workspaceFolders).filter(exists);
  const inShared = (root: string) => shared.some((path) => path === '.' || `${root}/`.startsWith(`${path}/`));
  const lockfile = nodeLockfiles.find(isFile) ?? 'package-lock.json';
  const paths = [
    ...closure.map(({ root }) => folder(root)),
    ...shared.map((path) => (isFile(path) ? path : folder(path))),
    ...(packages.length > 0 ? [lockfile] : []),
  ];
  return {
    paths: [...new Set(paths)].sort(),
    foreignPaths: foreignRoots
      .filter((root) => !inShared(root))
      .map(folder)
      .sort(),
  };
}

function folder(path: string): string {
  return `${path}/`;
}
