import { pluginPackage } from './wire-names.ts';

/*
 * Two forms of this plugin run: its sources, in its own repository, and the package that `npm run package` builds of them.
 * What differs between the two stands here and is decided when the package is built (tools/package).
 */

/** Absolute path of the folder that the package's code lies in: defined by the build, and unknown to the sources. */
declare const POC_PACKAGE_FOLDER: string;

/** Where the code of the package lies; undefined where the sources run. */
const packageFolder = typeof POC_PACKAGE_FOLDER === 'undefined' ? undefined : POC_PACKAGE_FOLDER;

/** True in the package, false in the sources in their repository. */
export const isPackage = packageFolder !== undefined;

/** Of the repository's own folder of plain JavaScript, by which Nx finds the executors of the sources. */
const sourceCollection = './tools/nx';

/**
 * How targets name the collection of executors. By the package's name Nx would start the TypeScript compiler for the sources,
 * in every command (docs/decisions/0004-batches.md).
 */
export const executorCollection = isPackage ? pluginPackage : sourceCollection;

/** All collections by which targets may name executors of this plugin: a project.json may have either. */
export const executorCollections: readonly string[] = [sourceCollection, pluginPackage];

/** Folder of the plugin that holds what it reads besides its code: `assets`, `schemas`. @param root of the workspace. */
export function pluginFolder(root: string): string {
  return packageFolder === undefined ? `${root}/tools/plugin` : `${packageFolder}/..`;
}

/** Path of the plugin's folder as files of the workspace name it, relative to its root. */
export const pluginPath = isPackage ? `node_modules/${pluginPackage}` : 'tools/plugin';

/**
 * Returns the command of a program whose output counts for the hash of a target. Nx runs it at the workspace's root. The package's
 * is found by its name, as Node.js finds it: with Yarn's Plug'n'Play there is no path to it.
 */
export function hashCommand(name: 'installed-tool' | 'lint-rules-state'): string {
  return isPackage ? `node -e "require('${pluginPackage}/dist/${name}.cjs')"` : `node tools/nx/${name}.cjs`;
}
