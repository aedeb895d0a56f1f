import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Glob of the files that make a folder a service, together with a `project.json` and a folder of manifests beside it.
 */
export const serviceMarker = '**/Dockerfile';

/** Of a chart in the folder, or of the name of one elsewhere: a folder that is called so may be anything. */
const chartFiles = ['Chart.yaml', 'oci.yaml'];

/** @returns the folder of the service to which the Dockerfile belongs, or undefined when it belongs to none. */
export function serviceFolder(dockerfile: string, workspaceRoot: string): string | undefined {
  const folder = dirname(dockerfile);
  const beside = (name: string) => existsSync(join(workspaceRoot, folder, name));
  return hasManifests(join(workspaceRoot, folder)) && beside('project.json') ? folder : undefined;
}

/** Reports whether a folder has one of manifests, or a Helm chart. @param folder absolute. */
export function hasManifests(folder: string): boolean {
  return existsSync(join(folder, 'k8s')) || chartFiles.some((name) => existsSync(join(folder, 'chart', name)));
}
