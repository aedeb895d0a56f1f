import { createServer, request as ask, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal } from '../../model/errors/product-error.ts';
import { addressWithin } from './forward.ts';
import { serveSite, type SiteServer } from './serve-site.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function door(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`;
}

async function serve(address = 'http://127.0.0.1:1/orders'): Promise<SiteServer> {
  const site = new Map([['index.html', { type: 'text/html', body: Buffer.from('the page') }]]);
  const doors = new Map([['orders', address]]);
  const server = await serveSite({ site, securityPolicy: "default-src 'none'", doors, tryIt: 'try-it' }, 0);
  stops.push(() => server.close());
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request as it is written: `fetch` would tidy up its path, and write some headers itself. */
function send(
  { address }: SiteServer,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = ask({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('serveSite', () => {
  it('serves the page to this machine, with its policy, and nothing else', async () => {
    const server = await serve();
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { status, headers, body } = await send(server, '/?x');
    expect([status, body]).toEqual([200, 'the page']);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(await send(server, '/index.html', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await send(server, '/', { method: 'POST' })).toMatchObject({ status: 405 });
    for (const path of ['/package.json', '/../index.html', '/__proto__', '/try-it', '//evil.example/'])
      expect([path, (await send(server, path)).status]).toEqual([path, 404]);
  });

  it('answers to its own name only, so that no page of others reads it by a name that leads here', async () => {
    const server = await serve();
    const { port } = new URL(server.address);
    for (const host of [`evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port}.evil.example`])
      expect([host, (await send(server, '/', { headers: { host } })).status]).toEqual([host, 403]);
    expect((await send(server, '/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it('passes requests on to the API, without what is of this machine', async () => {
    const seen: unknown[] = [];
    const server = await serve(
      await door((request, answer) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          seen.push([request.method, request.url, request.headers, body]);
          answer.writeHead(201, {
            'set-cookie': 'a=b',
            'access-control-allow-origin': '*',
            'x-request-id': '7',
            'content-type': 'text/html',
            'content-security-policy': 'script-src *',
          });
          answer.end('<script>alert(1)</script>');
        });
      }),
    );
    const origin = server.address.slice(0, -1);
    const headers = { origin, cookie: 'session=1', referer: origin, 'sec-fetch-site': 'same-origin', 'x-key': 'k' };
    const { status, headers: got } = await send(server, '/try-it/orders/a?b=c', {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(status).toBe(201);
    expect(got).toMatchObject({ 'x-request-id': '7', 'content-security-policy': "sandbox; default-src 'none'" });
    for (const name of ['set-cookie', 'access-control-allow-origin']) expect(got).not.toHaveProperty(name);
    expect(seen).toMatchObject([['POST', '/orders/a?b=c', { 'x-key': 'k' }, '{}']]);
    const [, , passed] = seen[0] as [string, string, IncomingHttpHeaders];
    for (const name of ['cookie', 'origin', 'referer', 'sec-fetch-site']) expect(passed).not.toHaveProperty(name);
  });

  it('keeps redirections within the API on the page', async () => {
    let location = '';
    const address = await door((_, answer) => void answer.writeHead(302, { location }).end());
    const server = await serve(address);
    const redirected = async (to: string) => {
      location = to;
      return (await send(server, '/try-it/orders/a')).headers.location;
    };
    expect(await redirected('/orders/b')).toBe('/try-it/orders/b');
    expect(await redirected(`${address}/b?c`)).toBe('/try-it/orders/b?c');
    expect(await redirected('https://evil.example/')).toBe('https://evil.example/');
    expect(await redirected('/orders-of-others')).toBe(new URL('/orders-of-others', address).href);
  });

  it('passes nothing on for pages of others, and nothing to anywhere else', async () => {
    let count = 0;
    const server = await serve(await door((_, answer) => void (count++, answer.end())));
    const foreign: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign)
      expect((await send(server, '/try-it/orders/', { method: 'POST', headers })).status).toBe(403);
    for (const path of [
      '/try-it/payments/',
      '/try-it/orders/../payments',
      '/try-it/orders/%2e%2e/payments',
      '/try-it/',
    ])
      expect([path, (await send(server, path)).status]).toEqual([path, 404]);
    expect(count).toBe(0);
  });

  it('says when the door does not answer', async () => {
    expect(await send(await serve(), '/try-it/orders/')).toMatchObject({
      status: 502,
      body: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('refuses a port that is taken', async () => {
    const { port } = new URL((await serve()).address);
    const again = serveSite({ site: new Map(), securityPolicy: '', doors: new Map(), tryIt: 'try-it' }, Number(port));
    await expect(again).rejects.toThrow(Refusal);
  });
});

describe('addressWithin', () => {
  const address = 'https://preprod.example/orders';

  it('stays within the API', () => {
    expect(addressWithin(address, '/a/../b?c=../d')?.href).toBe('https://preprod.example/orders/b?c=../d');
    expect(addressWithin(address, '')?.href).toBe(address);
    const out = [
      '-old',
      '@evil.example/',
      '/../payments',
      '/%2e%2e/x',
      '/..%2fx',
      '/%252e%252e/x',
      '/\\..\\..\\x',
      '.evil',
    ];
    for (const rest of out) expect([rest, addressWithin(address, rest)?.href]).toEqual([rest, undefined]);
  });
});
