import type { Tree } from '@nx/devkit';
import { basename, dirname } from 'node:path';
import { firstContext } from '../../../model/adoption/build-context.ts';
import type { Mended } from '../../../model/adoption/adoption.ts';
import { inFolder } from '../../../model/workspace/places.ts';
import type { Candidate } from './find-service.ts';
import { setTargetOption, targetOptions } from './project-options.ts';

/**
 * Moves the Dockerfile of a service into its folder, where the plugin looks for it, and says in the option `build` which folder
 * it is built from, so that the image stays the same.
 * @param target name of `docker-release` here. @returns the edit; undefined where it lies there.
 */
export function bringDockerfile(tree: Tree, candidate: Candidate, target: string): Mended | undefined {
  const { root, dockerfile, notTaken, service } = candidate;
  const to = inFolder(root, 'Dockerfile');
  if (dockerfile === to) return undefined;
  const text = tree.read(dockerfile, 'utf8') ?? '';
  const ignored = `${dockerfile}.dockerignore`;
  for (const [from, at] of [
    [dockerfile, to],
    [ignored, `${to}.dockerignore`],
  ] as const) {
    if (!tree.exists(from)) continue;
    tree.write(at, tree.read(from)!);
    tree.delete(from);
  }
  const { build } = targetOptions(tree, root, target);
  const context = firstContext(text, [dirname(dockerfile), root, '.'], (path) => tree.exists(path));
  const said = (build as { context?: unknown } | undefined)?.context !== undefined;
  const isSet = !said && context !== root;
  if (isSet) setTargetOption(tree, root, { target, option: 'build', value: { ...(build as object), context } });
  const others = notTaken.length === 0 ? '' : `; not taken: ${notTaken.join(', ')}`;
  const why = basename(dockerfile) === 'Dockerfile' ? '' : ', under that name';
  return {
    finding: `${dockerfile} is not ${to}, where the Dockerfile of ${service} is looked for${why}.`,
    edit: `moved to ${to}${isSet ? `, with ${target}, build.context "${context}"` : ''}${others}`,
  };
}
