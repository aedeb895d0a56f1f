import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Glob of the files that make a folder a service, together with a `k8s` folder and a `project.json` beside it.
 */
export const serviceMarker = '**/Dockerfile';

/** @returns the folder of the service to which the Dockerfile belongs, or undefined when it belongs to none. */
export function serviceFolder(dockerfile: string, workspaceRoot: string): string | undefined {
  const folder = dirname(dockerfile);
  const beside = (name: string) => existsSync(join(workspaceRoot, folder, name));
  return beside('k8s') && beside('project.json') ? folder : undefined;
}
