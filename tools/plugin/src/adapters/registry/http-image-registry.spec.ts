import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { parseAuthChallenge } from './auth-challenge.ts';
import { HttpImageRegistry } from './http-image-registry.ts';
import type { Credentials } from '../../model/image/credentials.ts';
import { findCredentials } from './registry-credentials.ts';

const digestOf = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const ada: Credentials = { kind: 'password', user: 'ada', password: 's3:cret' };
const adaHeader = `Basic ${Buffer.from('ada:s3:cret').toString('base64')}`;

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A registry on this machine that answers as told. */
async function registryThat(handler: Handler) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    let body = '';
    request.on('data', (chunk) => (body += chunk)).on('end', () => handler(request, response, body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, requests, image: ImageRef.of(host, 'team/orders', '20261124-1') };
}

const contentDigest = (content: unknown): Digest =>
  `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
const configuration = { config: { Labels: { title: 'orders' } } };
const manifest = { config: { digest: contentDigest(configuration) } };
const manifests: Record<string, unknown> = {
  'manifests/20261124-1': {
    manifests: [
      { digest: digestOf('e'), platform: { os: 'unknown', architecture: 'unknown' } },
      { digest: contentDigest(manifest), platform: { os: 'linux', architecture: 'amd64' } },
    ],
  },
  [`manifests/${contentDigest(manifest)}`]: manifest,
  [`blobs/${contentDigest(configuration)}`]: configuration,
};

const serve: Handler = (request, response) => {
  const path = request.url!.replace('/v2/team/orders/', '');
  const found = manifests[path];
  if (!found) return void response.writeHead(404).end('{}');
  response
    .writeHead(200, { 'docker-content-digest': digestOf('a') })
    .end(request.method === 'HEAD' ? '' : JSON.stringify(found));
};

describe('HttpImageRegistry', () => {
  const anonymous = () => new HttpImageRegistry(async () => undefined);
  const asAda = () => new HttpImageRegistry(async () => ada);

  it('finds digest and labels, through an index', async () => {
    const { image } = await registryThat(serve);
    expect(await anonymous().digest(image)).toBe(digestOf('a'));
    expect(await anonymous().labels(image)).toEqual({ title: 'orders' });
    expect(await anonymous().labels(image.withDigest(contentDigest(manifest)))).toEqual({ title: 'orders' });
  });

  it("reports the registry's time with each answer", async () => {
    const { host, image } = await registryThat((request, response, body) => {
      response.setHeader('date', 'Tue, 24 Nov 2026 12:00:00 GMT');
      return serve(request, response, body);
    });
    const answers: unknown[] = [];
    const timed = new HttpImageRegistry(async () => undefined, undefined, {
      onAnswer: ({ server, headers }) => answers.push([server, headers.date]),
    });
    await timed.digest(image);
    expect(answers).toContainEqual([host, 'Tue, 24 Nov 2026 12:00:00 GMT']);
  });

  it('finds nothing where there is nothing', async () => {
    const { host } = await registryThat(serve);
    const other = ImageRef.of(host, 'team/orders', '20261124-2');
    expect(await anonymous().digest(other)).toBeUndefined();
    expect(await anonymous().labels(other)).toBeUndefined();
  });

  it('counts the digest itself where the registry does not tell it', async () => {
    const { image } = await registryThat((_, response) => response.end('{}'));
    // printf '{}' | sha256sum
    expect(await anonymous().digest(image)).toBe(
      'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
  });

  it.each([405, 501])('asks for all of it where a registry answers %i to HEAD', async (status) => {
    const { image } = await registryThat((request, response, body) =>
      request.method === 'HEAD' ? void response.writeHead(status).end() : serve(request, response, body),
    );
    expect(await anonymous().digest(image)).toBe(digestOf('a'));
    expect(await anonymous().digest(ImageRef.of(image.registry, 'team/orders', '20261124-2'))).toBeUndefined();
  });

  it('has no labels for what is no image', async () => {
    const { image } = await registryThat((_, response) => response.end('[]'));
    expect(await anonymous().labels(image)).toEqual({});
  });

  it('logs in with a password', async () => {
    const { image, requests } = await registryThat((request, response, body) => {
      if (request.headers.authorization === adaHeader) return serve(request, response, body);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const registry = asAda();
    expect(await registry.digest(image)).toBe(digestOf('a'));
    expect(await registry.labels(image)).toEqual({ title: 'orders' });
    // The second time it is let in at once.
    expect(requests.filter((request) => request.startsWith('HEAD'))).toHaveLength(2);
    expect(requests).toHaveLength(5);
  });

  it.each<[string, Credentials | undefined, (request: IncomingMessage, body: string) => boolean]>([
    ['nobody', undefined, (request) => request.method === 'GET' && request.headers.authorization === undefined],
    ['a password', ada, (request) => request.method === 'GET' && request.headers.authorization === adaHeader],
    [
      'an identity token',
      { kind: 'identity-token', token: 'refresh me' },
      (request, body) =>
        request.method === 'POST' &&
        new URLSearchParams(body).get('refresh_token') === 'refresh me' &&
        new URLSearchParams(body).get('grant_type') === 'refresh_token',
    ],
  ])('gets a token as %s, and another when it has run out', async (_, credentials, isAllowed) => {
    let token = 0;
    const { image, requests } = await registryThat((request, response, body) => {
      if (request.url!.startsWith('/token')) {
        const asked = request.url + body;
        const allowed =
          isAllowed(request, body) && asked.includes('service=registry') && asked.includes('team%2Forders');
        return void response.writeHead(allowed ? 200 : 401).end(JSON.stringify({ access_token: String(++token) }));
      }
      if (request.headers.authorization === `Bearer ${token}`) return serve(request, response, body);
      const realm = `http://${request.headers.host}/token`;
      const challenge = `Bearer realm="${realm}",service="registry",scope="repository:team/orders:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const registry = new HttpImageRegistry(async () => credentials);
    expect(await registry.digest(image)).toBe(digestOf('a'));
    token = 7;
    expect(await registry.digest(image)).toBe(digestOf('a'));
    expect(requests.filter((request) => request.includes('/token'))).toHaveLength(2);
  });

  it.each([
    ['registry-login-missing', anonymous, 401],
    ['registry-login-refused', asAda, 401],
    ['registry-login-missing', anonymous, 403],
    ['registry-denies-access', asAda, 403],
  ])('tells %s and how to log in (%#)', async (type, registry, status) => {
    const { image, host } = await registryThat((request, response) =>
      response
        .writeHead(request.headers.authorization ? status : registry === asAda ? 401 : status, {
          'www-authenticate': 'Basic realm="x"',
        })
        .end(),
    );
    const error = await registry()
      .digest(image)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type } });
    expect((error as Refusal).explain()).toContain(`docker login ${host}`);
    expect(JSON.stringify(error)).not.toContain('s3:cret');
  });

  it.each([
    [401, 'registry-login-refused'],
    [403, 'registry-denies-access'],
  ])('tells from %i of a token service: %s', async (status, type) => {
    const { image } = await registryThat((request, response) => {
      if (request.url!.startsWith('/token')) return void response.writeHead(status).end('{}');
      const challenge = `Bearer realm="http://${request.headers.host}/token",scope="repository:team/orders:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    await expect(asAda().digest(image)).rejects.toMatchObject({ facts: { type } });
    await expect(anonymous().digest(image)).rejects.toMatchObject({ facts: { type: 'registry-login-missing' } });
  });

  it('takes its password to no other host that it is sent to', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await registryThat((request, response, body) => {
      seen.push(request.headers.authorization);
      serve(request, response, body);
    });
    const { image } = await registryThat((request, response, body) => {
      if (request.headers.authorization !== adaHeader)
        return void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      if (!request.url!.includes('/blobs/')) return serve(request, response, body);
      response.writeHead(307, { location: `http://${elsewhere.host}${request.url}` }).end();
    });
    expect(await asAda().labels(image)).toEqual({ title: 'orders' });
    expect(seen).toEqual([undefined]);
    const { image: insecure } = await registryThat((_, response) =>
      response.writeHead(307, { location: 'http://blobs.example/' }).end(),
    );
    await expect(asAda().labels(insecure)).rejects.toMatchObject({ facts: { type: 'registry-without-tls' } });
  });

  it('asks a busy registry again, and gives up at last', async () => {
    let left = 2;
    const busy = await registryThat((request, response, body) => {
      if (left-- > 0) return void response.writeHead(left ? 503 : 429, { 'retry-after': '0' }).end();
      serve(request, response, body);
    });
    expect(await anonymous().digest(busy.image)).toBe(digestOf('a'));
    for (const [status, type, times] of [
      [429, 'registry-limits-requests', 8],
      [500, 'registry-fails', 3],
    ] as const) {
      const { image, requests } = await registryThat((_, response) =>
        response.writeHead(status, { 'retry-after': '0' }).end(),
      );
      await expect(anonymous().labels(image)).rejects.toMatchObject({ facts: { type } });
      expect(requests).toHaveLength(times);
    }
    const patient = await registryThat((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    await expect(anonymous().digest(patient.image)).rejects.toMatchObject({
      facts: { type: 'registry-limits-requests' },
    });
  });

  it('refuses what does not answer, or is no registry', async () => {
    const gone = (await registryThat(() => {})).image;
    await new Promise((resolve) => servers.pop()!.close(resolve));
    await expect(anonymous().digest(gone)).rejects.toMatchObject({
      facts: {
        type: 'registry-unreachable',
        reason: `The registry ${gone.registry} could not be reached (ECONNREFUSED).`,
      },
    });
    const { image } = await registryThat((_, response) => response.end('<html>'));
    await expect(anonymous().labels(image)).rejects.toMatchObject({ facts: { type: 'registry-fails' } });
  });

  it('sends no password in the clear to another machine', async () => {
    const { image } = await registryThat((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://tokens.example/"' }).end(),
    );
    await expect(asAda().digest(image)).rejects.toMatchObject({ facts: { type: 'registry-without-tls' } });
  });
});

describe('parseAuthChallenge', () => {
  it.each([
    [
      'Bearer realm="https://a.example/token",service="s",scope="repository:x:pull,push"',
      { scheme: 'bearer', realm: 'https://a.example/token', service: 's', scope: 'repository:x:pull,push' },
    ],
    ['bearer realm=https://a.example/', { scheme: 'bearer', realm: 'https://a.example/' }],
    ['Basic realm="a, Bearer realm=b"', { scheme: 'basic' }],
    ['Negotiate, Basic realm="x"', { scheme: 'basic' }],
    [
      'Digest realm="x", nonce="y", Bearer realm="https://a.example/"',
      { scheme: 'bearer', realm: 'https://a.example/' },
    ],
    ['Bearer realm="nonsense"', undefined],
    ['Bearer realm="file:///etc/passwd"', undefined],
    ['Bearer realm="https://eve:x@a.example/"', undefined],
    ['', undefined],
  ])('%s', (header, expected) => expect(parseAuthChallenge(header)).toEqual(expected));
});

describe('findCredentials', () => {
  const temp = mkdtempSync(join(tmpdir(), 'credentials-'));
  const before = { ...process.env };
  beforeAll(() => {
    process.env['DOCKER_CONFIG'] = temp;
    process.env['REGISTRY_AUTH_FILE'] = join(temp, 'podman.json');
    mkdirSync(join(temp, 'bin'));
    const helper = join(temp, 'bin/docker-credential-test');
    writeFileSync(
      helper,
      `#!/bin/sh\nread -r host\ncase "$1 $host" in\n"get acr.example") echo '{"Username":"<token>","Secret":"refresh"}';;\n"get hub.example") echo '{"Username":"ada","Secret":"s3:cret"}';;\n*) echo 'credentials not found'; exit 1;;\nesac\n`,
    );
    chmodSync(helper, 0o755);
    process.env['PATH'] = `${join(temp, 'bin')}${delimiter}${process.env['PATH']}`;
  });
  afterAll(() => {
    process.env = before;
    rmSync(temp, { recursive: true });
  });
  const config = (json: unknown, name = 'config.json') => writeFileSync(join(temp, name), JSON.stringify(json));
  const auth = Buffer.from('ada:s3:cret').toString('base64');

  it.each(['acr.example', 'https://acr.example', 'https://acr.example/v2/', 'http://acr.example/'])(
    'finds a login as %s',
    async (name) => {
      config({ auths: { 'other.example': { auth: 'eDp5' }, [name]: { auth } } });
      expect(await findCredentials('acr.example')).toEqual(ada);
      expect(await findCredentials('elsewhere.example')).toBeUndefined();
    },
  );

  it('finds the login of Docker Hub, an identity token, and plain fields', async () => {
    config({
      auths: {
        'https://index.docker.io/v1/': { auth },
        'a.example': { auth, identitytoken: 't' },
        'b.example': { username: 'ada', password: 's3:cret' },
      },
    });
    expect(await findCredentials('docker.io')).toEqual(ada);
    expect(await findCredentials('a.example')).toEqual({ kind: 'identity-token', token: 't' });
    expect(await findCredentials('b.example')).toEqual(ada);
  });

  it('asks credential helpers', async () => {
    config({
      credsStore: 'test',
      credHelpers: { 'x.example': 'not-installed' },
      auths: { 'x.example': { auth }, 'hub.example': {} },
    });
    expect(await findCredentials('acr.example')).toEqual({ kind: 'identity-token', token: 'refresh' });
    expect(await findCredentials('hub.example')).toEqual(ada);
    expect(await findCredentials('nobody.example')).toBeUndefined();
    expect(await findCredentials('x.example')).toEqual(ada);
  });

  it.each([
    ['not-installed', 'is not installed'],
    ['../../bin/evil', 'has a name that no program can have'],
    ['fails', 'ended with an error (2)', 'pass: no such store'],
    ['garbles', 'returned something other than credentials'],
    ['sleeps', 'did not answer in 0.3 s'],
  ])('refuses when the helper %s is no help', async (helper, reason, ...evidence) => {
    const program = (name: string, script: string) => {
      writeFileSync(join(temp, `bin/docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    };
    program('fails', "echo 'pass: no such store'; exit 2");
    program('garbles', "echo 's3:cret'");
    program('sleeps', 'sleep 60');
    config({ credsStore: helper });
    const error = await findCredentials('acr.example', 300).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type: 'credential-helper-fails' } });
    const told = (error as Refusal).explain();
    for (const part of [reason, 'docker login acr.example', ...evidence]) expect(told).toContain(part);
    expect(told).not.toContain('s3:cret');
  });

  it("falls back to podman's file, and survives a broken one", async () => {
    writeFileSync(join(temp, 'config.json'), 'not json');
    config({ auths: { 'acr.example': { auth } } }, 'podman.json');
    expect(await findCredentials('acr.example')).toEqual(ada);
  });
});
