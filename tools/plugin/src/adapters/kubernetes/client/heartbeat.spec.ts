import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesApi } from './api.ts';

/** How a server takes requests: `silent` takes them and never answers, as one behind a firewall that drops packets. */
type Mood = 'well' | 'silent' | 'broken' | 'forbidding';

let mood: Mood;
let beats: number;
let watcher: http.ServerResponse | undefined;
let server: http.Server;
let api: KubernetesApi;

beforeEach(async () => {
  [mood, beats, watcher] = ['well', 0, undefined];
  server = http.createServer(({ url = '' }, response) => {
    if (url.includes('watch=1')) {
      watcher = response;
      return response.writeHead(200).flushHeaders();
    }
    if (url.includes('limit=1')) beats++;
    if (mood === 'silent') return;
    response.writeHead({ well: 200, broken: 503, forbidding: 403 }[mood]).end('{"message":"as it is"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = new KubernetesApi(
    { context: 'test', server: address, tls: {}, headers: async () => ({}) },
    { heartbeat: { restMs: 20, limitMs: 300, retryMs: 20 } },
  );
});

afterEach(() => {
  api.close();
  server.closeAllConnections();
  server.close();
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function begin() {
  const stop = new AbortController();
  const next = api.watch('/pods', {}, stop.signal).next();
  next.catch(() => {});
  await until(() => watcher !== undefined);
  return { next, stop };
}

describe('a watch', () => {
  it.each([
    ['silent', 'cluster-unreachable', 'no answer in time'],
    ['broken', 'cluster-fails', 'the cluster answered with 503'],
  ] as const)('ends when the server is %s', async (worse, type, reason) => {
    const { next } = await begin();
    mood = worse;
    await expect(next).rejects.toMatchObject({
      facts: { type, reason: expect.stringMatching(new RegExp(reason, 'i')) },
    });
  });

  it.each(['well', 'forbidding'] as const)('lasts while nothing happens and the server is %s', async (answered) => {
    mood = answered;
    const { next } = await begin();
    await until(() => beats > 5);
    watcher!.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
    expect(await next).toMatchObject({ value: { type: 'ADDED' } });
  });

  it('lasts when one request gets no answer, and the next one does', async () => {
    const { next } = await begin();
    mood = 'broken';
    const before = beats;
    await until(() => beats > before);
    mood = 'well';
    await until(() => beats > before + 5);
    watcher!.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
    expect(await next).toMatchObject({ value: { type: 'ADDED' } });
  });

  it('is the only reason to ask', async () => {
    const { next, stop } = await begin();
    await until(() => beats > 1);
    stop.abort();
    await next.catch(() => {});
    const before = beats;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(beats).toBeLessThanOrEqual(before + 1);
  });
});

it('has a request that only reads ask again soon after the silence, over another connection', async () => {
  const { next } = await begin();
  await api.get('/first');
  mood = 'silent';
  const reading = api.get('/services');
  await expect(next).rejects.toThrow();
  mood = 'well';
  expect(await reading).toEqual({ message: 'as it is' });
}, 15_000);
