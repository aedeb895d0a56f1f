import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { PluginOptions } from '../../model/workspace/plugin-options.ts';

/** Name of the project that holds the environments, wherever they are. */
export const infrastructureProject = 'infrastructure';

/** Globs of the files that describe environments, in whatever folder: options are not known yet when Nx looks for files. */
export const environmentMarkers = ['**/environments/*.yaml', '**/environments/*.yml'];

/**
 * Finds a file of an environment on the disk, and not among those that Nx found: `include` may leave them out.
 * @returns its path relative to the workspace's root, or undefined where there is no environment.
 */
export function findEnvironmentFile(
  workspaceRoot: string,
  { infrastructure }: Pick<PluginOptions, 'infrastructure'>,
): string | undefined {
  const folder = posix.join(infrastructure, 'environments');
  const first = namesIn(join(workspaceRoot, folder)).find((name) => /\.ya?ml$/.test(name));
  return first === undefined ? undefined : posix.join(folder, first);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
