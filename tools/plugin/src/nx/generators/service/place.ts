import { getProjects, joinPathFragments, readJson, readNxJson, type Tree } from '@nx/devkit';
import { findRepository } from '../pipelines/repository.ts';

/** Where and as what a service is added to a workspace. */
export interface Place {
  /** Name of the project: with a scope where the workspace's have one. */
  readonly project: string;
  /** Name of its package, where it has one. */
  readonly packageName: string;
  /** Folder, relative to the workspace's root. */
  readonly root: string;
  /** True in a workspace whose projects are packages (npm's, pnpm's, Yarn's or Bun's workspaces). */
  readonly isPackage: boolean;
}

/**
 * Decides where a service goes, as the workspace has its others.
 * @param name of the service, without a scope. @param scope as it was asked for: `@shop`.
 * @param directory as it was asked for; empty: the workspace's usual folder for applications.
 */
export function placeOf(
  tree: Tree,
  { name, scope, directory }: { name: string; scope: string; directory: string },
): Place {
  const isPackage = isOfPackages(tree);
  const usual = scope || scopeOfWorkspace(tree);
  const project = (scope || usesScopes(tree)) && usual ? `${usual}/${name}` : name;
  const folder = readNxJson(tree)?.workspaceLayout?.appsDir ?? 'apps';
  const root = directory === '' ? joinPathFragments(folder, name) : joinPathFragments(directory);
  return { project, packageName: usual ? `${usual}/${name}` : name, root: root.replace(/^\.\/|\/$/g, ''), isPackage };
}

/** Reports whether projects of a workspace are packages, as in what Nx calls the TypeScript solution set-up. */
export function isOfPackages(tree: Tree): boolean {
  if (tree.exists('pnpm-workspace.yaml')) return /^packages:/m.test(tree.read('pnpm-workspace.yaml', 'utf8') ?? '');
  return readManifest(tree).workspaces !== undefined;
}

/** Returns the module path of a Go service: below the repository's, where the workspace says one. */
export function goModule(tree: Tree, { root, project }: Pick<Place, 'root' | 'project'>): string {
  const own = /^module\s+(\S+)/m.exec(tree.read('go.mod', 'utf8') ?? '')?.[1];
  if (own !== undefined) return `${own}/${root}`;
  const { url } = readManifest(tree).repository ?? {};
  const address = /(?:\/\/|@)(?:[^@/]*@)?([\w.-]+\.[a-z]+)[/:](.+?)(?:\.git)?\/?$/.exec(url ?? '');
  const { folder } = findRepository(tree.root);
  if (address) return [address[1], address[2], ...(folder === '' ? [] : [folder]), root].join('/');
  const scope = scopeOfWorkspace(tree).slice(1) || nameOfWorkspace(tree);
  return `${scope}/${project.split('/').at(-1)!}`;
}

interface Manifest {
  readonly name?: string;
  readonly workspaces?: unknown;
  readonly repository?: { readonly url?: string };
}

function readManifest(tree: Tree): Manifest {
  if (!tree.exists('package.json')) return {};
  const manifest = readJson<Manifest & { repository?: unknown }>(tree, 'package.json');
  const { repository } = manifest;
  return typeof repository === 'string' ? { ...manifest, repository: { url: repository } } : manifest;
}

/** Returns the scope of the root's package, as Nx's generators take it: `@shop` of `@shop/source`. */
function scopeOfWorkspace(tree: Tree): string {
  return /^(@[^/]+)\//.exec(readManifest(tree).name ?? '')?.[1] ?? '';
}

function nameOfWorkspace(tree: Tree): string {
  return (readManifest(tree).name ?? 'services').replace(/[^\w.-]/g, '-');
}

/** Reports whether most projects of the workspace, beside the one at its root, have a scope in their names. */
function usesScopes(tree: Tree): boolean {
  const names = [...getProjects(tree)].filter(([, { root }]) => root !== '.').map(([name]) => name);
  const scoped = names.filter((name) => name.startsWith('@'));
  return scoped.length > names.length / 2;
}
