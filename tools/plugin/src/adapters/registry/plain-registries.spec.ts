import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageRef } from '../../model/image/image-ref.ts';
import { AskingAgain, retryAfter } from './asking-again.ts';
import { HttpImageRegistry } from './http-image-registry.ts';
import { isListedPlain } from './plain-registries.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
const before = { ...process.env };
beforeAll(() => {
  process.env['XDG_CONFIG_HOME'] = folder;
  for (const each of ['docker', 'containers/registries.conf.d']) mkdirSync(join(folder, each), { recursive: true });
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});
const docker = (json: unknown) => writeFileSync(join(folder, 'docker/daemon.json'), JSON.stringify(json));
const podman = (text: string, name = 'registries.conf') => writeFileSync(join(folder, 'containers', name), text);

describe('isListedPlain', () => {
  beforeEach(() => {
    docker({});
    podman('# nothing');
  });

  it.each([
    [['house.example:5000'], 'house.example:5000', true],
    [['house.example:5000'], 'house.example', false],
    [['house.example'], 'house.example.evil.example', false],
    [['http://house.example'], 'house.example', true],
    [['10.95.0.0/16'], '10.95.0.1:5055', true],
    [['10.95.0.0/16'], '10.96.0.1:5055', false],
    [['10.95.0.0/99', 'x/8', 7], '10.95.0.1:5055', false],
  ])('docker, with %j, of %s: %s', async (entries, registry, expected) => {
    docker({ 'insecure-registries': entries });
    expect(await isListedPlain(registry)).toBe(expected);
  });

  it.each([
    ['[[registry]]\nlocation = "house.example:5000"\ninsecure = true', true],
    ['[[registry]]\nlocation = "house.example:5000"\ninsecure = false', false],
    ['[[registry]]\nprefix = "house.example:5000"\ninsecure = true', true],
    ['[registries.insecure]\nregistries = ["house.example:5000"]', true],
    ['[[registry]\nlocation = "house.example:5000"\ninsecure = true', false],
  ])('podman, with %j: %s', async (text, expected) => {
    podman(text);
    expect(await isListedPlain('house.example:5000')).toBe(expected);
  });

  it('podman, in a part of its settings', async () => {
    podman('[[registry]]\nprefix = "*.house.example"\ninsecure = true', 'registries.conf.d/house.conf');
    expect(await isListedPlain('images.house.example')).toBe(true);
    expect(await isListedPlain('images.other.example')).toBe(false);
  });
});

describe('a registry that speaks plain http in a network', () => {
  const address = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)!.address;
  const seen: (string | undefined)[] = [];
  let wantsLogin = false;
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    if (wantsLogin) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else response.writeHead(404).end('{}');
  });
  let image: ImageRef;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    image = ImageRef.of(`${address}:${(server.address() as AddressInfo).port}`, 'orders', '20261124-1');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = () => new HttpImageRegistry(async () => ({ kind: 'password', user: 'ada', password: 's3:cret' }));
  const refusal = () =>
    client()
      .digest(image)
      .catch((error: unknown) => error);

  it('is spoken to where docker was told so, and never with a login', async () => {
    docker({ 'insecure-registries': [image.registry] });
    expect(await client().digest(image)).toBeUndefined();
    wantsLogin = true;
    expect(await refusal()).toMatchObject({
      exitCode: 2,
      facts: {
        type: 'registry-without-tls',
        reason: expect.stringContaining('speaks plain http and wants a login') as string,
      },
    });
    wantsLogin = false;
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('is refused otherwise, with what it is and how docker is told', async () => {
    docker({});
    const error = await refusal();
    expect(error).toMatchObject({ facts: { type: 'registry-without-tls' } });
    expect((error as { explain(): string }).explain()).toContain(`{ "insecure-registries": ["${image.registry}"] }`);
  });
});

describe('a registry that limits requests', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  it.each([
    ['30', 30_000],
    ['Tue, 24 Nov 2026 12:00:05 GMT', 5000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['-1', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('says when it is asked again: %s', (header, expected) => expect(retryAfter(header, now)).toBe(expected));

  it('is waited for as long as it asks, for two minutes in all', () => {
    const again = new AskingAgain();
    const answer = { status: 429, headers: { 'retry-after': '50' } };
    expect([1, 2, 3].map(() => again.waitAfter(answer, now))).toEqual([50_000, 50_000, undefined]);
    expect(new AskingAgain().waitAfter({ status: 404, headers: {} }, now)).toBeUndefined();
  });

  it('is told once', async () => {
    let left = 2;
    const server = createServer((_, response) => {
      if (left-- > 0) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.writeHead(404).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lines: string[] = [];
    const client = new HttpImageRegistry(async () => undefined, undefined, { tell: (line) => lines.push(line) });
    expect(await client.digest(ImageRef.of(host, 'orders', '20261124-1'))).toBeUndefined();
    expect(lines).toEqual([`${host} limits requests (429); waiting 1 s, as it asks`]);
    server.closeAllConnections();
    server.close();
  });
});
