import { getProjects, visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { basename, dirname } from 'node:path';
import { Refusal } from '../../../model/errors/product-error.ts';
import { didYouMean } from '../../../model/text/did-you-mean.ts';
import { infrastructureFolder, inFolder } from '../../../model/workspace/places.ts';
import { workspaceOptions } from '../workspace-options.ts';

/** A folder with a Dockerfile, which is a service or is to become one. */
export interface Candidate {
  /** The project's, or what one would be called. */
  readonly project: string;
  /** The name without scope, by which images and tags go. */
  readonly service: string;
  readonly root: string;
  /** True where Nx has a project there. */
  readonly isProject: boolean;
  /** The file that its image is built by, from the workspace's root. */
  readonly dockerfile: string;
  /** Others of the same project. */
  readonly notTaken: readonly string[];
}

/** Returns all folders with a Dockerfile, by name. One below a project's folder is that project's. */
export function candidatesIn(tree: Tree): Candidate[] {
  const byRoot = new Map([...getProjects(tree)].map(([name, { root }]) => [root, name]));
  const byOwner = new Map<string, string[]>();
  for (const path of recipesIn(tree)) {
    const root = ownerOf(tree, dirname(path), byRoot);
    if (root !== undefined) byOwner.set(root, [...(byOwner.get(root) ?? []), path]);
  }
  return [...byOwner]
    .map(([root, paths]) => {
      const project = byRoot.get(root) ?? nameOfFolder(root, tree.root);
      const [dockerfile, ...notTaken] = paths.sort(byPrecedence) as [string, ...string[]];
      return { project, service: shortName(project), root, isProject: byRoot.has(root), dockerfile, notTaken };
    })
    .sort((a, b) => (a.root < b.root ? -1 : 1));
}

function recipesIn(tree: Tree): string[] {
  const found: string[] = [];
  visitNotIgnoredFiles(tree, '.', (path) => {
    if (recipeNames.includes(basename(path)) && !/(^|\/)node_modules\//.test(path))
      found.push(path.replaceAll('\\', '/'));
  });
  return found;
}

/**
 * Returns the folder of the service that a Dockerfile in a folder makes the image of: that of the project around it, or the
 * folder itself where there is none, or where manifests lie beside it. The workspace's root is around everything, and owns
 * nothing. Undefined for one that tests of a project use.
 */
function ownerOf(tree: Tree, folder: string, byRoot: ReadonlyMap<string, string>): string | undefined {
  const { manifests } = workspaceOptions(tree);
  const isOwn = [manifests, 'chart'].some((name) => tree.exists(inFolder(folder, name)));
  if (byRoot.has(folder) || isOwn || folder === '.') return folder;
  const around = [...byRoot.keys()].filter(
    (root) => root !== '.' && root !== infrastructureFolder && folder.startsWith(`${root}/`),
  );
  const root = around.sort((a, b) => b.length - a.length)[0];
  if (root === undefined) return folder;
  return folder
    .slice(root.length + 1)
    .split('/')
    .some((part) => ofTests.test(part))
    ? undefined
    : root;
}

/** The nearest to the project's folder first, and of two in one folder the one by its usual name. */
function byPrecedence(a: string, b: string): number {
  const depth = (path: string) => path.split('/').length;
  const rank = (path: string) => recipeNames.indexOf(basename(path));
  return depth(a) - depth(b) || rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** The files that say how an image is built, under either of their names. */
const recipeNames = ['Dockerfile', 'Containerfile'];
const ofTests = /^(__\w+__|e2e|examples?|fixtures|testdata|tests?)$/;

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
    all.find(
      ({ service, root, dockerfile }) =>
        service === name || [root, dirname(dockerfile)].includes(name.replace(/^\.?\/|\/$/g, '')),
    );
  if (found) return found;
  const project = getProjects(tree).get(name);
  throw new Refusal({
    type: 'no-such-service',
    doing,
    reason: project
      ? `The project ${name} has no Dockerfile in ${project.root}, so that nothing can be deployed of it.`
      : 'There is no project of this name, and no folder with a Dockerfile.',
    remedy: project
      ? `Write ${project.root}/Dockerfile (files of other names than Dockerfile and Containerfile are not looked for).`
      : didYouMean(
          name,
          all.map(({ service }) => service),
        ) || `Folders with a Dockerfile: ${all.map(({ root }) => root).join(', ') || 'none'}.`,
  });
}
