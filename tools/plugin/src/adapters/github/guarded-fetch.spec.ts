import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { GitHubForge } from './github-forge.ts';
import { guardedFetch } from './guarded-fetch.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on this machine that answers as told, and all that it was sent. */
async function serve(listener: RequestListener) {
  const seen: string[] = [];
  const server = createServer((request, answer) => {
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    listener(request, answer);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const send = guardedFetch(5000, fetch);
const headers = { authorization: 'token s3cret' };

describe('guardedFetch', () => {
  it.each([301, 302, 303, 307, 308])('takes neither token nor what is to be written along (%i)', async (status) => {
    const stranger = await serve((_, answer) => void answer.writeHead(401).end('{}'));
    const { origin } = await serve((_, answer) => answer.writeHead(status, { location: `${stranger.origin}/x` }).end());
    const read = await send(`${origin}/repos`, { headers });
    expect([read.status, await read.text()]).toEqual([401, expect.stringContaining(stranger.origin)]);
    expect(stranger.seen).toHaveLength(1);
    expect(stranger.seen.join()).not.toContain('s3cret');
    expect((await send(`${origin}/repos`, { method: 'POST', headers, body: '{}' })).status).toBe(421);
    expect(stranger.seen).toHaveLength(1);
  });

  it('follows one to another name at the same origin, with what is written', async () => {
    const { origin } = await serve((request, answer) => {
      if (request.url === '/old') return void answer.writeHead(307, { location: '/new' }).end();
      request.pipe(answer);
    });
    const answer = await send(`${origin}/old`, { method: 'POST', headers, body: '{"a":1}' });
    expect([answer.status, answer.url, await answer.json()]).toEqual([200, `${origin}/new`, { a: 1 }]);
  });

  it('ends redirects that go round', async () => {
    const { origin, seen } = await serve((_, answer) => answer.writeHead(302, { location: '/again' }).end());
    expect((await send(origin, { headers })).status).toBe(421);
    expect(seen.length).toBeLessThan(10);
  });

  it('takes no more than there can be, nor for longer', async () => {
    const endless =
      (everyMs: number): RequestListener =>
      (_, answer) => {
        const next = () =>
          void (
            answer.destroyed || answer.write(Buffer.alloc(everyMs > 0 ? 1 : 1_000_000), () => setTimeout(next, everyMs))
          );
        next();
      };
    const quick = await serve(endless(0));
    expect(await (await send(quick.origin)).text()).toContain('more than 16 MiB');
    const slow = await serve(endless(20));
    await expect(guardedFetch(500, fetch)(slow.origin)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

it('publishes nothing where GitHub redirects to, which is named', async () => {
  const stranger = await serve((_, answer) => void answer.end('{}'));
  const github = await serve((_, answer) => answer.writeHead(307, { location: `${stranger.origin}/x` }).end());
  const repository = { host: 'github.com', owner: 'acme', name: 'shop' };
  const forge = new GitHubForge({ api: github.origin, repository, token: 's3cret' });
  const tag = ReleaseTag.parse('orders-20261124-1')!;
  await expect(forge.publishRelease({ tag, commit: 'c'.repeat(40), title: 't', body: 'b' })).rejects.toMatchObject({
    facts: { type: 'forge-answers-oddly', reason: expect.stringContaining(stranger.origin) as string },
  });
  expect(stranger.seen).toEqual([]);
});
