import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { ClusterAccess } from './cluster-access.ts';
import { badKubeconfig } from './kubeconfig-entries.ts';

/** Name of the context that is the cluster in which this process runs; a kubeconfig's context of that name goes before. */
export const inCluster = 'in-cluster';

/** Where Kubernetes mounts the service account of a pod. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reports whether this process runs in a pod with a service account. */
export async function isInCluster(folder: string): Promise<boolean> {
  if ((process.env['KUBERNETES_SERVICE_HOST'] ?? '') === '') return false;
  return readFile(join(folder, 'token')).then(
    () => true,
    () => false,
  );
}

/** Returns access by the service account of the pod. @throws {Refusal} */
export async function inClusterAccess(folder: string, doing: string): Promise<ClusterAccess> {
  const read = (file: string) =>
    readFile(join(folder, file)).catch((cause: unknown) => {
      throw badKubeconfig(doing, `The service account of this pod has no ${join(folder, file)}`, cause);
    });
  const host = process.env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = process.env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    context: inCluster,
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    tls: { ca: await read('ca.crt') },
    // Kubernetes replaces it every hour.
    headers: async () => ({ authorization: `Bearer ${(await read('token')).toString().trim()}` }),
  };
}
