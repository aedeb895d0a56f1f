import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesApi } from '../client/api.ts';
import { acquireLease } from './lease.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'poc-orders', resourceVersion: '1' },
  spec: { holderIdentity: 'bob (bob@laptop) 0', leaseDurationSeconds: 15 },
};

let server: Server;
let api: KubernetesApi;
/** The requests so far. */
let requests: string[];
/** Answers a request to write. */
let onWrite: (body: string) => void;

beforeEach(async () => {
  requests = [];
  onWrite = () => {};
  server = createServer((call, answer) => {
    const { searchParams } = new URL(call.url!, 'http://server');
    requests.push(`${call.method}${searchParams.has('watch') ? ' watch' : ''}`);
    answer.setHeader('content-type', 'application/json');
    if (searchParams.has('watch')) return void answer.flushHeaders();
    let body = '';
    call.on('data', (chunk: Buffer) => (body += chunk.toString()));
    call.on('end', () => {
      if (call.method !== 'GET') onWrite(body);
      answer.end(call.method === 'GET' ? JSON.stringify(lease) : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const access = { context: 'test', tls: {}, headers: async () => ({}) };
  api = new KubernetesApi({ ...access, server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});

afterEach(async () => {
  api.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('ends the wait for a lease that another holds at once, and writes nothing', async () => {
  const asked = new AbortController();
  const reason = new Error('asked to stop');
  let at = 0;
  const waiting = acquireLease({ api, namespace: 'shop', signal: asked.signal }, 'orders', ada, () =>
    setTimeout(() => {
      at = performance.now();
      asked.abort(reason);
    }, 200),
  );
  await expect(waiting).rejects.toBe(reason);
  expect(performance.now() - at).toBeLessThan(2000);
  expect(requests).toContain('GET watch');
  expect(requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
});

it('never gives up a request that takes the lease: it is held then, and can be released', async () => {
  const asked = new AbortController();
  lease.spec.holderIdentity = '';
  const held: string[] = [];
  onWrite = (body) => {
    held.push((JSON.parse(body) as typeof lease).spec.holderIdentity);
    asked.abort(new Error('asked to stop'));
  };
  const lock = await acquireLease({ api, namespace: 'shop', signal: asked.signal }, 'orders', ada, () => {});
  await lock.release();
  expect(held).toEqual([expect.stringMatching(/^ada /), null]);
});
