import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PluginOptions } from '../../model/workspace/plugin-options.ts';
import type { ProjectFolders } from './project-folders.ts';

/** Glob of the files that make a project a service, together with a folder of manifests beside it. */
export const serviceMarker = '**/Dockerfile';

/** Reports whether a folder has what makes a project a service. @param folder relative to the workspace's root. */
export function isServiceFolder(
  folder: string,
  workspaceRoot: string,
  { manifests }: Pick<PluginOptions, 'manifests'>,
): boolean {
  return ['Dockerfile', manifests].every((name) => existsSync(join(workspaceRoot, folder, name)));
}

/** @returns the folder of the service to which the Dockerfile belongs, or undefined when it belongs to none. */
export function serviceFolder(
  dockerfile: string,
  workspaceRoot: string,
  projects: ProjectFolders,
  options: Pick<PluginOptions, 'manifests'>,
): string | undefined {
  const folder = dirname(dockerfile);
  return isServiceFolder(folder, workspaceRoot, options) && projects.fileOf(folder) !== undefined ? folder : undefined;
}
