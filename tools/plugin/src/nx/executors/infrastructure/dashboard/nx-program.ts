import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns Nx's program of a workspace, as its package says it: the path is another one since Nx 22. Where there is no
 * package.json, it is in the installation that Nx makes itself.
 */
export function nxProgram(workspaceRoot: string): string {
  const [own, installed] = ['.', '.nx/installation'].map((folder) => join(workspaceRoot, folder, 'node_modules/nx'));
  const folder = existsSync(own!) ? own! : installed!;
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly bin: { readonly nx: string };
  };
  return join(folder, bin.nx);
}
