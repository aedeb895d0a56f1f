import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesApi } from '../client/api.ts';
import { PodServices } from './pod-services.ts';
import { watchForChanges } from './watch.ts';
import { Resources } from '../client/resources.ts';

it('is refused where we may not look, instead of waiting for ever', async () => {
  const server = createServer((_, answer) => {
    answer.writeHead(403, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'ada may not list pods' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  const api = new KubernetesApi({ context: 'local', server: address, headers: async () => ({}), tls: {} });
  const place = { api, resources: new Resources(api), namespace: 'shop', podServices: new PodServices() };
  const look = async () => {
    for await (const _ of watchForChanges(place, AbortSignal.timeout(20_000))) continue;
    return 'ended';
  };
  await expect(look()).rejects.toMatchObject({ facts: { reason: expect.stringContaining('may not') } });
  api.close();
  server.close();
});
