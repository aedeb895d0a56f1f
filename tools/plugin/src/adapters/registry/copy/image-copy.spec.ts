import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credentials } from '../../../model/image/credentials.ts';
import { ImageRef, type Digest } from '../../../model/image/image-ref.ts';
import { HttpImageRegistry } from '../http-image-registry.ts';

/* Registries on this machine that do what real ones do seldom: break off, lie, deny, and lead elsewhere. */

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean | void;
const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const digestOf = (content: string | Buffer): Digest => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const layers = ['one', 'two', 'three'].map((text) => Buffer.alloc(200_000, text));
const config = Buffer.from(JSON.stringify({ config: { Labels: {} } }));
const described = (content: Buffer) => ({ digest: digestOf(content), size: content.length, mediaType: 'x' });
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: described(config),
  layers: layers.map(described),
});
const pinned = digestOf(manifest);

/** A registry that keeps what it is sent. @param first may answer instead. */
async function registryThat(first: Handler = () => false, content: readonly (string | Buffer)[] = []) {
  const kept = new Map<string, string | Buffer>(content.map((each) => [digestOf(each), each]));
  const requests: string[] = [];
  const logins: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      requests.push(`${request.method} ${request.url}`);
      logins.push(request.headers.authorization);
      if (first(request, response, body) !== true) answer(request, response, body);
    });
  });
  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    const name = pathname.split('/').at(-1)!;
    if (request.method === 'POST') return void response.writeHead(202, { location: `${pathname}upload?state=1` }).end();
    if (request.method === 'PUT') {
      const digest = digestOf(body);
      if (searchParams.get('digest') !== digest && !pathname.includes('/manifests/'))
        return void response.writeHead(400).end('{}');
      kept.set(digest, body);
      if (pathname.includes('/manifests/')) kept.set(name, body);
      return void response.writeHead(201, { 'docker-content-digest': digest }).end();
    }
    const found = kept.get(name);
    if (found === undefined) return void response.writeHead(404).end('{}');
    response.writeHead(200, { 'docker-content-digest': digestOf(found), 'content-length': found.length });
    response.end(request.method === 'HEAD' ? undefined : found);
  };
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const image = ImageRef.of(`${host}/team`, 'orders', '20261124-1');
  const count = (pattern: RegExp) => requests.filter((each) => pattern.test(each)).length;
  return { host, image, kept, requests, logins, count };
}

const source = (first?: Handler) => registryThat(first, [manifest, config, ...layers]);
const anonymous = () => new HttpImageRegistry(async () => undefined);
const failure = (action: Promise<unknown>) =>
  action.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a copy', () => {
  it('that broke off goes on where it was: what is there is not sent again, and the tag is made last', async () => {
    const from = await source();
    let left = 2;
    const to = await registryThat((request) => {
      if (request.method !== 'PUT' || left-- > 0) return false;
      request.socket.destroy();
      return true;
    });
    const error = await failure(anonymous().copy(from.image.withDigest(pinned), to.image));
    expect(error).toMatchObject({ exitCode: 1, facts: { type: 'image-copy-failed' } });
    expect(String((error as Error).message)).toMatch(/It broke off after 2 blobs \(\d+ KiB\)/);
    expect(to.kept.has('20261124-1')).toBe(false);
    left = Number.MAX_SAFE_INTEGER;
    const { blobs } = await anonymous().copy(from.image.withDigest(pinned), to.image);
    // One that was on its way when another broke off may have come since.
    expect([1, 2]).toContain(blobs);
    expect(digestOf(to.kept.get('20261124-1')!)).toBe(pinned);
    expect(to.requests.filter((each) => each.startsWith('PUT')).at(-1)).toContain('manifests/20261124-1');
  });

  it('begins a blob anew when its source breaks off', async () => {
    let left = 1;
    const from = await source((request, response) => {
      if (!request.url!.includes(digestOf(layers[0]!)) || left-- <= 0) return false;
      response.writeHead(200, { 'content-length': layers[0]!.length }).write(layers[0]!.subarray(0, 70_000));
      setImmediate(() => request.socket.destroy());
      return true;
    });
    const to = await registryThat();
    expect(await anonymous().copy(from.image.withDigest(pinned), to.image)).toMatchObject({ blobs: 4 });
    expect(to.kept.get(digestOf(layers[0]!))).toEqual(layers[0]);
  });

  it.each([
    ['other content of the same length', (layer: Buffer) => Buffer.alloc(layer.length, 'evil')],
    ['less', (layer: Buffer) => layer.subarray(0, 100)],
    ['more', (layer: Buffer) => Buffer.concat([layer, layer])],
  ])('takes no layer for which its source sends %s', async (_, forge) => {
    const from = await source((request, response) => {
      if (request.method !== 'GET' || !request.url!.includes(`blobs/${digestOf(layers[1]!)}`)) return false;
      response.end(forge(layers[1]!));
      return true;
    });
    const to = await registryThat();
    const error = await failure(anonymous().copy(from.image.withDigest(pinned), to.image));
    expect(error).toMatchObject({ facts: { type: 'registry-content-differs' } });
    expect((error as Error).message).toContain(from.host);
    expect(to.kept.has('20261124-1')).toBe(false);
    expect(to.kept.has(digestOf(layers[1]!))).toBe(false);
  });

  it('sends the login of one registry to neither the other nor where it leads to', async () => {
    const elsewhere = await registryThat(() => false, layers);
    const place = await registryThat();
    const challenge =
      (login: string): Handler =>
      (request, response) => {
        if (request.headers.authorization === `Basic ${Buffer.from(login).toString('base64')}`) return false;
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return true;
      };
    const from = await source((request, response, body) => {
      if (challenge('reader:one')(request, response, body) === true) return true;
      if (request.method !== 'GET' || !request.url!.includes(`blobs/${digestOf(layers[2]!)}`)) return false;
      response.writeHead(307, { location: `http://${elsewhere.host}${request.url}` }).end();
      return true;
    });
    const to = await registryThat((request, response, body) => {
      if (challenge('writer:two')(request, response, body) === true) return true;
      if (request.method !== 'POST') return false;
      response.writeHead(202, { location: `http://${place.host}/put/here?state=1` }).end();
      return true;
    });
    const logins = new Map([
      [from.host, { kind: 'password', user: 'reader', password: 'one' }],
      [to.host, { kind: 'password', user: 'writer', password: 'two' }],
    ] as [string, Credentials][]);
    const client = new HttpImageRegistry(async (host) => logins.get(host));
    await client.copy(from.image.withDigest(pinned), to.image);
    const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;
    expect(new Set(from.logins)).toEqual(new Set([undefined, basic('reader:one')]));
    expect(new Set(to.logins)).toEqual(new Set([undefined, basic('writer:two')]));
    expect(new Set([...elsewhere.logins, ...place.logins])).toEqual(new Set([undefined]));
    expect(place.count(/^PUT/)).toBe(4);
  });

  it.each([
    [413, 'image-too-large', 'client_max_body_size'],
    [507, 'registry-fails', '507'],
  ])('says what a registry that answers %i to a layer wants', async (status, type, told) => {
    const from = await source();
    const to = await registryThat((request, response) => {
      if (request.method !== 'PUT') return false;
      response.writeHead(status).end('{}');
      return true;
    });
    const error = await failure(anonymous().copy(from.image.withDigest(pinned), to.image));
    expect(error).toMatchObject({ facts: { type: 'image-copy-failed', cause: { facts: { type } } } });
    expect((error as { explain(): string }).explain()).toContain(told);
  });

  it('lets the push decide where a repository that is not there may not be read', async () => {
    const from = await source();
    const to = await registryThat((request, response) => {
      if (request.method === 'POST' || request.method === 'PUT' || to.kept.size > 0) return false;
      response.writeHead(403).end('{}');
      return true;
    });
    const client = new HttpImageRegistry(async () => ({ kind: 'password', user: 'a', password: 'b' }));
    // Without a challenge, no login is known to be accepted.
    expect(await failure(client.copy(from.image.withDigest(pinned), to.image))).toBeDefined();
    const known = await registryThat((request, response) => {
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (/GET|HEAD/.test(request.method!) && known.kept.size === 0) response.writeHead(403).end('{}');
      else return false;
      return true;
    });
    expect(await client.copy(from.image.withDigest(pinned), known.image)).toMatchObject({ blobs: 4 });
  });
});
