import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** A registry whose token service answers 429 so often. @param after seconds, as it asks for. */
async function limiting(times: number, after: string) {
  let left = times;
  const asked = { token: 0 };
  const server = createServer((request, response) => {
    if (request.url!.startsWith('/token')) {
      asked.token++;
      if (left-- > 0) return void response.writeHead(429, { 'retry-after': after }).end('{}');
      return void response.end(JSON.stringify({ token: 'granted' }));
    }
    if (request.headers.authorization === 'Bearer granted')
      return void response.writeHead(200, { 'docker-content-digest': digest }).end();
    const challenge = `Bearer realm="http://${request.headers.host}/token",scope="repository:orders:pull"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines: string[] = [];
  const registry = new HttpImageRegistry(async () => undefined, undefined, { tell: (line) => lines.push(line) });
  return { host, asked, lines, ask: () => registry.digest(ImageRef.of(host, 'orders', '1')) };
}

describe('a token service that limits requests', () => {
  it('is asked again when it says so, and says for how long once', async () => {
    const { host, asked, lines, ask } = await limiting(2, '1');
    expect(await ask()).toBe(digest);
    expect(asked.token).toBe(3);
    expect(lines).toEqual([`${host} limits requests (429); waiting 1 s, as it asks`]);
  });

  it('is left alone where it asks for more than anybody waits', async () => {
    const { asked, ask } = await limiting(9, '3600');
    await expect(ask()).rejects.toMatchObject({ facts: { type: 'registry-limits-requests' } });
    expect(asked.token).toBe(1);
  });
});
