import { getProjects, visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { basename, dirname } from 'node:path';
import { Refusal } from '../../../model/errors/product-error.ts';
import { didYouMean } from '../../../model/text/did-you-mean.ts';

/** A folder with a Dockerfile, which is a service or is to become one. */
export interface Candidate {
  /** The project's, or what one would be called. */
  readonly project: string;
  /** The name without scope, by which images and tags go. */
  readonly service: string;
  readonly root: string;
  /** True where Nx has a project there. */
  readonly isProject: boolean;
}

/** Returns all folders with a Dockerfile, by name. */
export function candidatesIn(tree: Tree): Candidate[] {
  const byRoot = new Map([...getProjects(tree)].map(([name, { root }]) => [root, name]));
  const roots = new Set<string>();
  visitNotIgnoredFiles(tree, '.', (path) => {
    if (basename(path) === 'Dockerfile' && !/(^|\/)node_modules\//.test(path)) roots.add(dirname(path));
  });
  return [...roots]
    .map((root) => {
      const project = byRoot.get(root) ?? nameOfFolder(root, tree.root);
      return { project, service: shortName(project), root, isProject: byRoot.has(root) };
    })
    .sort((a, b) => (a.root < b.root ? -1 : 1));
}

/** Folders that say what kind of files lie in them. No others: `services/app` and `services/build` are services. */
const kinds = ['src', 'docker'];

/** `cart` of `services/cart/src`; the workspace's own of the root. */
function nameOfFolder(root: string, workspaceRoot: string): string {
  const parts = root.split('/').filter((part) => part !== '.');
  return parts.findLast((part) => !kinds.includes(part)) ?? parts.at(-1) ?? basename(workspaceRoot);
}

/** `orders` of `@shop/orders`. */
function shortName(project: string): string {
  return project.slice(project.lastIndexOf('/') + 1);
}

/** Returns the one that is meant. @throws {Refusal} when there is none. */
export function candidateNamed(tree: Tree, name: string, doing: string): Candidate {
  const all = candidatesIn(tree);
  const found =
    all.find(({ project }) => project === name) ??
    all.find(({ service, root }) => service === name || root === name.replace(/^\.?\/|\/$/g, ''));
  if (found) return found;
  const project = getProjects(tree).get(name);
  throw new Refusal({
    type: 'no-such-service',
    doing,
    reason: project
      ? `The project ${name} has no Dockerfile in ${project.root}, so that nothing can be deployed of it.`
      : 'There is no project of this name, and no folder with a Dockerfile.',
    remedy: project
      ? `Write ${project.root}/Dockerfile (${project.root}/Containerfile and others are not looked for).`
      : didYouMean(
          name,
          all.map(({ service }) => service),
        ) || `Folders with a Dockerfile: ${all.map(({ root }) => root).join(', ') || 'none'}.`,
  });
}
