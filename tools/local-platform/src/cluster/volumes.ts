import { registryAddress } from '../addresses.ts';
import { localPathProvisionerVersion } from '../versions.ts';

/** Image of the provisioner of volumes, as `manifests/volumes.yaml` names it. */
export const provisionerImage = `${registryAddress}/local-path-provisioner:${localPathProvisionerVersion}`;

/** Returns the object that tells the provisioner where volumes are: each is a folder in this one. */
export function volumeFolders(folder: string): object {
  const settings = { nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [folder] }] };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-path-folders', namespace: 'local-path-storage' },
    data: { 'config.json': JSON.stringify(settings) },
  };
}
