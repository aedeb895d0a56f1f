import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Credentials } from '../../model/image/credentials.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { imageRegistryContract } from '../../../../contracts/src/image-registry-contract.ts';
import {
  ada,
  SecuredRegistries,
  type SecuredRegistry,
} from '../../../../simulators/src/registries/secured-registries.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

const registries = new SecuredRegistries();
const byPassword: Credentials = { kind: 'password', ...ada };
const byToken: Credentials = { kind: 'identity-token', token: 'refresh-ada' };

let withPassword: SecuredRegistry;
let withTokens: SecuredRegistry;
let onLoopback: SecuredRegistry;
let notTrusted: SecuredRegistry;
let misnamed: SecuredRegistry;

beforeAll(async () => {
  withPassword = await registries.withPassword();
  withTokens = await registries.withTokens();
  onLoopback = await registries.withPassword('127.0.0.1');
  notTrusted = await registries.withPassword();
  misnamed = await registries.withPassword(undefined, registries.authority.issue('misnamed', 'DNS:other.example'));
  for (const { host } of [withPassword, withTokens, onLoopback, misnamed]) registries.authority.trustFor(host);
});
afterAll(() => registries.close());

describe.each<[string, () => SecuredRegistry, Credentials]>([
  ['with TLS and a password', () => withPassword, byPassword],
  ['with TLS and a password, on a loopback address', () => onLoopback, byPassword],
  ['with tokens for a password', () => withTokens, byPassword],
  ['with tokens for an identity token', () => withTokens, byToken],
])('HttpImageRegistry against a real registry %s', (_, registry, credentials) => {
  imageRegistryContract(async () => ({
    registry: new HttpImageRegistry(async () => credentials),
    host: registry().host,
    unreachableHost: `${registry().host.split(':')[0]}:9`,
    put: (image, labels, platform) => registry().writer.put(image, labels, platform),
    putIndex: (image, images) => registry().writer.putIndex(image, images),
  }));
});

describe('a registry that does not let us in', () => {
  it.each<[string, () => SecuredRegistry, Credentials | undefined, string, string]>([
    ['no login', () => withPassword, undefined, 'registry-login-missing', 'docker login'],
    ['no login for a token', () => withTokens, undefined, 'registry-login-missing', 'docker login'],
    ['a wrong password', () => withPassword, wrong('ada'), 'registry-login-refused', 'user name and password'],
    ['a wrong password for a token', () => withTokens, wrong('ada'), 'registry-login-refused', 'docker login'],
    ['a login token that has run out', () => withTokens, oldToken(), 'registry-login-refused', 'has expired'],
    ['a login without rights', () => withTokens, bob(), 'registry-denies-access', 'the right to pull'],
    ['an unknown authority', () => notTrusted, byPassword, 'registry-certificate', '/etc/docker/certs.d/'],
    ["another's certificate", () => misnamed, byPassword, 'registry-certificate', 'is for another name'],
  ])('%s', async (_, registry, credentials, type, told) => {
    const image = ImageRef.of(registry().host, 'team/orders', '20261124-1');
    const client = new HttpImageRegistry(async () => credentials);
    const error: unknown = await client.digest(image).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type } });
    const text = (error as Refusal).explain();
    for (const part of [registry().host, told]) expect(text).toContain(part);
    expect(text + JSON.stringify(error)).not.toMatch(/s3:cret|not it|b0b|refresh-/);
  });
});

describe('with what docker login left', () => {
  const before = { ...process.env };
  const folder = join(registries.folder, 'docker');
  const settings = (json: unknown) => writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
  beforeAll(() => {
    mkdirSync(folder);
    process.env['DOCKER_CONFIG'] = folder;
    process.env['PATH'] = `${folder}${delimiter}${process.env['PATH']}`;
  });
  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  it('reads by its file, and by a credential helper', async () => {
    const { host, writer } = withPassword;
    const image = ImageRef.of(host, 'team/orders', '20261124-1');
    const digest = await writer.put(image, {});
    settings({ auths: { [host]: { auth: Buffer.from('ada:s3:cret').toString('base64') } } });
    expect(await new HttpImageRegistry().digest(image)).toBe(digest);
    const helper = join(folder, 'docker-credential-vault');
    const answer = JSON.stringify({ ServerURL: host, Username: 'ada', Secret: 's3:cret' });
    writeFileSync(helper, `#!/bin/sh\nread -r host\ntest "$1 $host" = 'get ${host}' && echo '${answer}'\n`);
    chmodSync(helper, 0o755);
    settings({ credHelpers: { [host]: 'vault' } });
    expect(await new HttpImageRegistry().digest(image)).toBe(digest);
    settings({ credHelpers: { [host]: 'gone' } });
    await expect(new HttpImageRegistry().digest(image)).rejects.toMatchObject({
      facts: { type: 'credential-helper-fails' },
    });
  });
});

function wrong(user: string): Credentials {
  return { kind: 'password', user, password: 'not it' };
}

function oldToken(): Credentials {
  return { kind: 'identity-token', token: 'refresh-old' };
}

function bob(): Credentials {
  return { kind: 'password', user: 'bob', password: 'b0b' };
}
