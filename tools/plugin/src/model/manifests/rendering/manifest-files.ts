import { inFolder, manifestsOf } from '../../workspace/places.ts';

/** Returns the folder of a service's Helm chart. @param root its own; `.` is the workspace's. */
export function chartOf(root: string): string {
  return inFolder(root, 'chart');
}

/** Returns the folders that a service's manifests may be in: as YAML or for Kustomize, and as a chart. @param root its own. */
export function manifestFoldersOf(root: string): readonly [manifests: string, chart: string] {
  return [manifestsOf(root), chartOf(root)];
}

/**
 * Reports whether a file says what the cluster is given: it is content of the service whatever named inputs say, and the
 * only kind that is rendered. Kustomize and Helm take files of every kind in; notes for readers are not among them, so that
 * a word in a README is no release.
 * @param root the service's folder. @param path relative to the workspace's root.
 */
export function isManifestFile(root: string, path: string): boolean {
  return manifestFoldersOf(root).some((folder) => path.startsWith(`${folder}/`)) && !/\.md$/i.test(path);
}
