import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PluginOptions } from '../../model/workspace/plugin-options.ts';
import type { ProjectFolders } from './project-folders.ts';

/** Glob of the files that make a project a service, together with a folder of manifests or a chart beside it. */
export const serviceMarker = '**/Dockerfile';

/** Of a chart in the folder, or of the name of one elsewhere: a folder that is called so may be anything. */
const chartFiles = ['Chart.yaml', 'oci.yaml'];

/** Reports whether a folder has what makes a project a service. @param folder relative to the workspace's root. */
export function isServiceFolder(
  folder: string,
  workspaceRoot: string,
  { manifests }: Pick<PluginOptions, 'manifests'>,
): boolean {
  const has = (...path: string[]) => existsSync(join(workspaceRoot, folder, ...path));
  return has('Dockerfile') && (has(manifests) || chartFiles.some((name) => has('chart', name)));
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
