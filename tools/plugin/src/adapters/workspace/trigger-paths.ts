import type { PipelineService } from '../../model/pipelines/pipeline-facts.ts';
import { posix } from 'node:path';
import { nodeLockfiles } from '../../model/changes/dependencies/npm/node-dependencies.ts';
import { rootSettings } from '../../model/content/root-settings.ts';
import type { Service } from './service.ts';

/** Files in a project's folder that show it to be built with Node.js, where it needs no package. */
const signsOfNode = [
  'package.json',
  'tsconfig.json',
  ...['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].flatMap((end) => [
    `main.${end}`,
    `index.${end}`,
    `src/main.${end}`,
    `src/index.${end}`,
  ]),
];

/**
 * The paths whose changes may concern a service: the folders of its closure, without those of other projects inside them,
 * what the named inputs take in beside projects, the lockfile where the service needs npm packages, and settings at the root.
 * They hold all of its content, and also tests and documents, which are no content: whether there is something to release is found by
 * content.
 * @param isFile tells a file from a folder. Paths are relative to the workspace's root.
 * @param exists reports whether there is such a file or folder: named inputs may name some that are not there yet.
 */
export function triggerPaths(
  { closure, foreignRoots, packages }: Pick<Service, 'closure' | 'foreignRoots' | 'packages'>,
  isFile: (path: string) => boolean,
  exists: (path: string) => boolean,
): Pick<PipelineService, 'paths' | 'foreignPaths'> {
  const shared = closure.flatMap(({ filter }) => filter.workspaceFolders).filter(exists);
  const inShared = (root: string) => shared.some((path) => path === '.' || `${root}/`.startsWith(`${path}/`));
  const lockfile = nodeLockfiles.find(isFile) ?? 'package-lock.json';
  const isOfNode =
    packages.length > 0 || closure.some(({ root }) => signsOfNode.some((name) => isFile(posix.join(root, name))));
  const settings = rootSettings.filter((path) => exists(path) && (isOfNode || path === 'nx.json'));
  const paths = [
    ...closure.map(({ root }) => folder(root)),
    ...shared.map((path) => (isFile(path) ? path : folder(path))),
    ...(packages.length > 0 ? [lockfile] : []),
    ...settings.map((path) => (isFile(path) ? path : folder(path))),
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
