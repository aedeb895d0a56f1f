import type { Tree } from '@nx/devkit';
import { environmentsFolder } from '../../model/environment/environment.ts';
import { isEnvironmentFile } from '../../adapters/workspace/environments.ts';

/** Texts of the files that describe environments, by path. */
export function environmentTexts(tree: Tree): Map<string, string> {
  const paths = tree
    .children(environmentsFolder)
    .filter(isEnvironmentFile)
    .map((file) => `${environmentsFolder}/${file}`);
  return new Map(paths.map((path) => [path, tree.read(path, 'utf8') ?? '']));
}
