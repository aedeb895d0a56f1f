/** The folder of a service's manifests, as YAML or for Kustomize. */
export const manifestsFolder = 'k8s';
/** The folder of its Helm chart. */
export const chartFolder = 'chart';

/**
 * Reports whether a file says what the cluster is given: it is content of the service whatever named inputs say, and the
 * only kind that is rendered. Kustomize and Helm take files of every kind in; notes for readers are not among them, so that
 * a word in a README is no release.
 * @param inService path below the service's folder.
 */
export function isManifestFile(inService: string): boolean {
  const [folder, ...rest] = inService.split('/');
  return (folder === manifestsFolder || folder === chartFolder) && rest.length > 0 && !/\.md$/i.test(inService);
}
