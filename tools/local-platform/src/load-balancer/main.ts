import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { KubernetesApi } from '../../../plugin/src/adapters/kubernetes/client/api.ts';
import { contextName, ports } from '../addresses.ts';
import { apiAddress, clusterFiles } from '../cluster/settings.ts';
import { platformFolders } from '../storage/folders.ts';
import { balanceLoad } from './load-balancer.ts';

/** The load balancer as a process of the platform. It answers on its health port once it has seen all services. */
async function main(): Promise<void> {
  const { certificates } = clusterFiles(platformFolders());
  const file = (name: string) => readFileSync(join(certificates, name));
  const api = new KubernetesApi({
    context: contextName,
    server: apiAddress,
    tls: { ca: file('ca.crt'), cert: file('load-balancer.crt'), key: file('load-balancer.key') },
    headers: () => Promise.resolve({}),
  });
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  const health = createServer((_, answer) => void answer.end('ok\n'));
  await balanceLoad(api, stop.signal, () => {
    if (!health.listening) health.listen(ports.loadBalancerHealth, '127.0.0.1');
  });
  health.close();
  api.close();
}

await main();
