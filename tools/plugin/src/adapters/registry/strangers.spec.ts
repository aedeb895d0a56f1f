import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectProxy } from '../../../../simulators/src/connect-proxy.ts';
import { TestAuthority } from '../../../../simulators/src/registries/test-authority.ts';
import type { Credentials } from '../../model/image/credentials.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from './http-image-registry.ts';
import { HttpRequests } from './http-requests.ts';

const password: Credentials = { kind: 'password', user: 'ada', password: 's3:cret' };
const refreshToken: Credentials = { kind: 'identity-token', token: 'refresh-ada' };
const secrets = /s3:cret|YWRhOnMzOmNyZXQ=|refresh-ada|token-of-registry/;

type Answering = (request: IncomingMessage, response: ServerResponse) => void;
const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

/** A server on this machine that answers as told, and all that it was sent. */
async function serve(answer: Answering, tls?: { readonly cert: Buffer; readonly key: Buffer }) {
  const seen: string[] = [];
  const listener: Answering = (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
      answer(request, response);
    });
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  ends.push(() => {
    (server as ReturnType<typeof createServer>).closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { seen, port, host: `127.0.0.1:${port}`, origin: `http${tls ? 's' : ''}://127.0.0.1:${port}` };
}

const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}` as const;
const config = JSON.stringify({ config: { Labels: { title: 'orders' } } });
const manifest = JSON.stringify({ config: { digest: digestOf(config) } });

/** A registry with a login, by a password or by tokens of its own, whose blobs are elsewhere. */
const registryWith = (scheme: 'basic' | 'bearer', blobs: string): Answering => {
  const wanted = scheme === 'basic' ? /^Basic / : /^Bearer token-of-registry$/;
  return ({ url = '', headers }, response) => {
    if (url.startsWith('/token')) return void response.end(JSON.stringify({ token: 'token-of-registry' }));
    if (!wanted.test(headers.authorization ?? '')) {
      const challenge = scheme === 'basic' ? 'Basic realm="r"' : `Bearer realm="http://${headers.host}/token"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    if (url.includes('/blobs/')) return void response.writeHead(307, { location: `${blobs}${url}` }).end();
    response.end(manifest);
  };
};

const logins: [string, 'basic' | 'bearer', Credentials][] = [
  ['a password', 'basic', password],
  ['a password, by a token', 'bearer', password],
  ['a refresh token', 'bearer', refreshToken],
];

describe.each(logins)('a registry that is logged in to with %s, and redirects to a stranger', (_, scheme, login) => {
  const labelsBy = async (answer: Answering) => {
    const stranger = await serve(answer);
    const { host } = await serve(registryWith(scheme, stranger.origin));
    const image = ImageRef.of(host, 'orders', '20261124-1');
    const result: unknown = await new HttpImageRegistry(async () => login)
      .labels(image)
      .catch((error: unknown) => error);
    return { result, stranger, host };
  };

  it('gives the stranger nothing', async () => {
    const { result, stranger } = await labelsBy((_request, response) => void response.end(config));
    expect(result).toEqual({ title: 'orders' });
    expect(stranger.seen).toHaveLength(1);
    expect(stranger.seen.join()).not.toMatch(secrets);
  });

  it.each([
    ['Basic', () => 'Basic realm="x"'],
    ['Bearer of its own', (origin: string) => `Bearer realm="${origin}/token",service="x"`],
    ['both', (origin: string) => `Basic realm="x", Bearer realm="${origin}/token"`],
  ])('answers no challenge of the stranger: %s', async (_name, challenge) => {
    const { result, stranger, host } = await labelsBy((request, response) => {
      const own = challenge(`http://${request.headers.host}`);
      if (request.url!.startsWith('/token')) return void response.end('{"token":"x"}');
      response.writeHead(401, { 'www-authenticate': own }).end();
    });
    expect(stranger.seen).toHaveLength(1);
    expect(stranger.seen.join()).not.toMatch(secrets);
    expect(result).toMatchObject({ facts: { type: 'registry-leads-astray' } });
    const { reason } = (result as { facts: { reason: string } }).facts;
    expect(reason).toContain(`${host} redirects to ${stranger.origin}, which answered with 401`);
  });

  it.each([403, 500])('names the stranger that answers with %i', async (status) => {
    const { result, stranger } = await labelsBy((_request, response) =>
      response.writeHead(status, { 'retry-after': '0' }).end(),
    );
    expect(result).toMatchObject({
      facts: { type: 'registry-leads-astray', reason: expect.stringContaining(stranger.origin) as string },
    });
  });

  it('takes no other content from the stranger than what was asked for', async () => {
    const forged = JSON.stringify({ config: { Labels: { title: 'forged' } } });
    const { result } = await labelsBy((_request, response) => void response.end(forged));
    expect(result).toMatchObject({ facts: { type: 'registry-content-differs' } });
  });

  it('reads no more from the stranger than a configuration may be long', async () => {
    const { result } = await labelsBy((_request, response) => sendWithoutEnd(response, 'a'.repeat(65_536)));
    expect(result).toMatchObject({
      facts: { type: 'registry-fails', reason: expect.stringContaining('more than 4 MiB') as string },
    });
  });
});

describe('a token service', () => {
  it.each([
    ['a password', password],
    ['a refresh token', refreshToken],
  ])('that redirects to a stranger gets no token from there for %s', async (_, login) => {
    const stranger = await serve((_request, response) => void response.end('{"token":"of-the-metadata-service"}'));
    const registry = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/token')) return void response.writeHead(307, { location: `${stranger.origin}/token` }).end();
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` }).end();
    });
    const image = ImageRef.of(registry.host, 'orders', '1');
    await expect(new HttpImageRegistry(async () => login).digest(image)).rejects.toThrow();
    expect(stranger.seen).toEqual([]);
    expect(registry.seen.join()).not.toContain('of-the-metadata-service');
  });

  it.each(['null', '[]', '{}', '{"token":7}', '{"token":"a\\nb"}', '"x"'])(
    'that answers %s gives none',
    async (body) => {
      const registry = await serve(({ url = '', headers }, response) => {
        if (url.startsWith('/token')) return void response.end(body);
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` }).end();
      });
      const image = ImageRef.of(registry.host, 'orders', '1');
      await expect(new HttpImageRegistry(async () => password).digest(image)).rejects.toMatchObject({
        facts: { type: 'registry-denies-access' },
      });
    },
  );

  it('that sends more than a token is not listened to', async () => {
    const registry = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/token')) return sendWithoutEnd(response, 'a'.repeat(65_536));
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` }).end();
    });
    const image = ImageRef.of(registry.host, 'orders', '1');
    await expect(new HttpImageRegistry(async () => password).digest(image)).rejects.toMatchObject({
      facts: { type: 'registry-fails', reason: expect.stringContaining('more than 128 KiB') as string },
    });
  });
});

it('ends redirects that go round', async () => {
  const registry = await serve(({ url = '' }, response) => response.writeHead(302, { location: url }).end());
  const image = ImageRef.of(registry.host, 'orders', '1');
  await expect(new HttpImageRegistry(async () => password).labels(image)).rejects.toMatchObject({
    facts: { type: 'registry-fails' },
  });
  expect(registry.seen.length).toBeLessThan(10);
});

it('ends an answer that goes on slowly and for ever', async () => {
  const { origin, host } = await serve((_request, response) => sendWithoutEnd(response, 'a', 20));
  const sent = new HttpRequests(undefined, 500).send(host, origin, { method: 'GET', most: 1_000_000 });
  await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
});

describe('a registry elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  const before = { ...process.env };
  const authority = new TestAuthority(folder);
  const tlsFor = (name: string, subject: string) => {
    const { certificate, key } = authority.issue(name, subject);
    return { cert: readFileSync(certificate), key: readFileSync(key) };
  };
  let realm: string;
  let location: string | undefined;
  let host: string;
  beforeAll(async () => {
    const registry = await serve(
      ({ headers }, response) => {
        if (location !== undefined) return void response.writeHead(307, { location }).end();
        expect(headers.authorization).toBeUndefined();
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
      },
      tlsFor('registry', 'DNS:registry.corp.invalid'),
    );
    const proxy = await ConnectProxy.start(registry.port);
    ends.push(() => proxy.stop());
    host = `registry.corp.invalid:${registry.port}`;
    const trusted = join(folder, '.config/docker/certs.d', host);
    mkdirSync(trusted, { recursive: true });
    writeFileSync(join(trusted, 'ca.crt'), authority.pem());
    jest.spyOn(os, 'homedir').mockReturnValue(folder);
    process.env['HTTPS_PROXY'] = proxy.address;
  });
  afterAll(() => {
    process.env = before;
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const refusal = () =>
    new HttpImageRegistry(async () => password)
      .digest(ImageRef.of(host, 'orders', '1'))
      .catch((error: unknown) => error);

  it.each(['realm', 'redirect'])('may not lead to what is on this machine, by a %s', async (way) => {
    const neighbour = await serve((_request, response) => void response.end('{"token":"x"}'));
    const tls = await serve(
      (_request, response) => void response.end('{"token":"x"}'),
      tlsFor('neighbour', 'IP:127.0.0.1'),
    );
    for (const [address, type] of [
      [neighbour.origin, 'registry-without-tls'],
      [tls.origin, 'registry-leads-astray'],
      [`https://localhost:${tls.port}`, 'registry-leads-astray'],
      [`https://0.0.0.0:${tls.port}`, 'registry-leads-astray'],
      [`https://[::ffff:127.0.0.1]:${tls.port}`, 'registry-leads-astray'],
      ['https://169.254.169.254/latest/meta-data', 'registry-leads-astray'],
      ['https://10.0.0.1/', 'registry-leads-astray'],
      ['http://registry.corp.invalid/', 'registry-without-tls'],
    ] as const) {
      [realm, location] = [address, way === 'redirect' ? address : undefined];
      expect([address, await refusal()]).toEqual([
        address,
        expect.objectContaining({ facts: expect.objectContaining({ type }) as object }),
      ]);
    }
    expect([...neighbour.seen, ...tls.seen]).toEqual([]);
  });
});

/** Sends the same piece again and again, for as long as somebody listens. */
function sendWithoutEnd(response: ServerResponse, piece: string, everyMs = 0): void {
  const next = () => {
    if (response.destroyed) return;
    response.write(piece, () => setTimeout(next, everyMs));
  };
  next();
}
