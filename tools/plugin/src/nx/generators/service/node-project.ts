import {
  addDependenciesToPackageJson,
  installPackagesTask,
  readJson,
  writeJson,
  type GeneratorCallback,
  type Tree,
} from '@nx/devkit';
import { joinWorkspaces, referFromRoot } from '../workspace-members.ts';
import type { Place } from './place.ts';

/** Packages that a Node service is built and checked with: only added where the workspace has none. */
const buildPackages = { esbuild: '^0.25.0', typescript: '~5.9.0', '@types/node': '^22.0.0' };

/** Reports whether a workspace has the HTTP host and the build of this repository's own Node services. */
export function hasServiceHost(tree: Tree): boolean {
  return tree.exists('libs/service-host/build/build.mjs');
}

/** Reports whether a workspace lints with ESLint, so that a service can. */
export function lintsWithEslint(tree: Tree): boolean {
  return ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].some((end) => tree.exists(`eslint.config.${end}`));
}

/**
 * Fits a Node service that was generated into a workspace: its configuration, its package, and what it is built with.
 * @returns what installs the packages that are new; nothing else is done by it.
 */
export function addNodeProject(tree: Tree, place: Place): GeneratorCallback {
  if (place.isPackage) {
    makePackage(tree, place);
    joinWorkspaces(tree, place.root);
    referFromRoot(tree, place.root);
  }
  const install = addDependenciesToPackageJson(tree, {}, missing(tree), 'package.json', true);
  // The lock file names the packages of the workspace, too.
  return place.isPackage ? () => installPackagesTask(tree, true) : install;
}

/** Versions that are there stay, catalogs' too. */
function missing(tree: Tree): Record<string, string> {
  const { dependencies = {}, devDependencies = {} } = readJson<Record<string, Record<string, string>>>(
    tree,
    'package.json',
  );
  return Object.fromEntries(
    Object.entries(buildPackages).filter(([name]) => !(name in dependencies) && !(name in devDependencies)),
  );
}

/** Makes a `package.json` of a `project.json`: where projects are packages, Nx's own generators write no other. */
function makePackage(tree: Tree, { root, project, packageName }: Place): void {
  const { $schema: _schema, name: _name, ...nx } = readJson<Record<string, unknown>>(tree, `${root}/project.json`);
  tree.delete(`${root}/project.json`);
  const named = project === packageName ? {} : { name: project };
  writeJson(tree, `${root}/package.json`, {
    name: packageName,
    version: '0.0.1',
    private: true,
    nx: { ...named, ...nx },
  });
}
