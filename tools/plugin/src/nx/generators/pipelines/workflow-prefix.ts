import type { Tree } from '@nx/devkit';
import { isGenerated } from '../../../model/pipelines/generated-file.ts';

/** The beginning of our names where others have the usual ones. */
const besideOthers = 'services-';

/** Files that may be there without us, in `.github`. */
const usualPaths = [
  ...['ci', 'release', 'provision', 'promote', 'rollback'].map((name) => `workflows/${name}.yml`),
  ...['workspace', 'toolchains'].map((name) => `actions/${name}/action.yml`),
];

/**
 * Returns what names of workflows and actions begin with: as those that were generated do, so that they stay where they are;
 * else nothing, unless somebody else has one of the usual names.
 * @param github the folder `.github`, from the workspace on.
 */
export function workflowPrefix(tree: Tree, github: string): string {
  const generated = presentPrefix(tree, github);
  if (generated !== undefined) return generated;
  return usualPaths.some((path) => tree.exists(`${github}/${path}`)) ? besideOthers : '';
}

/** Returns what the names of generated workflows begin with; undefined where there are none. */
export function presentPrefix(tree: Tree, github: string): string | undefined {
  const workflows = `${github}/workflows`;
  const name = tree
    .children(workflows)
    .find((each) => each.endsWith('release.yml') && isGenerated(tree.read(`${workflows}/${each}`, 'utf8') ?? ''));
  return name?.slice(0, -'release.yml'.length);
}
