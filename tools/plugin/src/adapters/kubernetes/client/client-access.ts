import type { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import type { ClusterAccess } from './cluster-access.ts';

/**
 * Access by way of the Kubernetes client library, which knows login plugins of clouds (`exec`). It takes 0.3 s to load,
 * so it is loaded only for those.
 */
export async function clientAccess(files: readonly string[], context: string, server: string): Promise<ClusterAccess> {
  const config = await loadKubeConfig(files, context);
  const options = async () => {
    const found: RequestOptions = {};
    await config.applyToHTTPSOptions(found);
    return found;
  };
  const { ca, cert, key, servername, rejectUnauthorized, agent } = await options();
  return {
    context,
    server: server.replace(/\/+$/, ''),
    tls: {
      ...(ca === undefined ? {} : { ca: ca as Buffer }),
      ...(cert === undefined ? {} : { cert: cert as Buffer }),
      ...(key === undefined ? {} : { key: key as Buffer }),
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    },
    ...(config.getCurrentCluster()?.proxyUrl === undefined ? {} : { agent }),
    headers: async () => {
      const { headers = {}, auth } = await options();
      const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      const basic = typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
      return { ...basic, ...Object.fromEntries(named) };
    },
  };
}

/** Returns a context as the Kubernetes client library has it. */
export async function loadKubeConfig(files: readonly string[], context: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  for (const [index, file] of files.entries()) {
    if (index === 0) config.loadFromFile(file);
    else {
      const more = new KubeConfig();
      more.loadFromFile(file);
      config.mergeConfig(more);
    }
  }
  config.setCurrentContext(context);
  return config;
}
