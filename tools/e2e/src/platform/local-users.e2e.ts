import { connectAsNobody, fetchAsNobody, type Target } from './stranger.ts';
import { documentedListeners, isAbout, platformListeners, socketPath, type Listener } from './listeners.ts';

/** What a web page, which may send any simple request, would write to the store of the cluster. */
const everyKey = { key: 'Lw==', range_end: 'AA==', limit: 1, keys_only: true };
const aPod = { key: Buffer.from('/registry/pods/default/evil').toString('base64'), value: 'e30=' };

it.each([
  ['http', 'range', everyKey],
  ['https', 'range', everyKey],
  ['http', 'put', aPod],
  ['https', 'put', aPod],
])('lets no other user and no web page call the store by %s (%s)', async (scheme, verb, body) => {
  const answer = await fetchAsNobody(`${scheme}://127.0.0.1:2379/v3/kv/${verb}`, body);
  expect(answer).toEqual({ code: expect.any(String) });
});

it('has every listener of the platform in docs/local-platform.md, and no more than that says', async () => {
  const documented = documentedListeners();
  expect(documented.length).toBeGreaterThan(20);
  const unknown = (await platformListeners()).filter((listener) => !documented.some((row) => isAbout(row, listener)));
  expect(unknown).toEqual([]);
});

it('listens nowhere but on the loopback interface', async () => {
  const addresses = (await platformListeners()).flatMap(({ process, where }) =>
    process !== 'docker-proxy' && /:\d+$/.test(where) ? [where.slice(0, where.lastIndexOf(':'))] : [],
  );
  expect([...new Set(addresses)].sort()).toEqual(['10.95.0.1', '127.0.0.1']);
});

it('answers nobody but root where docs/local-platform.md says so', async () => {
  const documented = documentedListeners();
  const listeners = await platformListeners();
  const closed = listeners.filter((listener) => documented.find((row) => isAbout(row, listener))?.onlyRoot);
  expect(closed.map(({ process }) => process)).toEqual(
    expect.arrayContaining(['etcd', 'contour', 'envoy', 'containerd']),
  );
  const results = await connectAsNobody(closed.map(targetOf));
  const open = closed.filter((_, index) => !['ECONNREFUSED', 'EACCES', 'ENOENT'].includes(results[index] ?? ''));
  expect(open).toEqual([]);
});

it("lets nobody into the registry but root and root's own user, as pods run what is pushed there", async () => {
  const toNobody = process.env['SUDO_UID'] === '65534' ? 'connected' : 'ECONNREFUSED';
  expect(await connectAsNobody([{ host: '127.0.0.1', port: 5000 }])).toEqual([toNobody]);
  expect((await fetch('http://127.0.0.1:5000/v2/')).status).toBe(200);
});

it('answers other users where it is meant to', async () => {
  expect(await connectAsNobody([{ host: '10.95.0.1', port: 6443 }])).toEqual(['connected']);
});

function targetOf({ where }: Listener): Target {
  if (!/:\d+$/.test(where)) return { path: socketPath(where) };
  const colon = where.lastIndexOf(':');
  return { host: where.slice(0, colon), port: Number(where.slice(colon + 1)) };
}
