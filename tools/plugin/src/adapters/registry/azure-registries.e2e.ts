import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Credentials } from '../../model/image/credentials.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { imageRegistryContract } from '../../../../contracts/src/image-registry-contract.ts';
import { AcrSimulator, tenant, type AzureIdentity } from '../../../../simulators/src/registries/acr-simulator.ts';
import { RegistryWriter } from '../../../../simulators/src/registries/registry-writer.ts';
import { SecuredRegistries } from '../../../../simulators/src/registries/secured-registries.ts';
import { AzureRegistries } from './azure-registries.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

const registries = new SecuredRegistries();
const before = { ...process.env };
let acr: AcrSimulator;
let writer: RegistryWriter;
let count = 0;

beforeAll(async () => {
  acr = await AcrSimulator.start(registries.folder, registries.authority);
  registries.authority.trustFor(acr.host);
  writer = new RegistryWriter({
    origin: acr.origin,
    ca: registries.authority.pem(),
    authorization: (repository) => `Bearer ${acr.writerToken(repository)}`,
  });
});
afterAll(() => {
  acr.close();
  registries.close();
});
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_')) delete process.env[name];
  process.env['AZURE_AUTHORITY_HOST'] = acr.origin;
  for (const identity of acr.identities.values()) identity.actions = ['pull', 'push', 'metadata_write'];
});
afterEach(() => {
  process.env = { ...before };
});

/** Sets the variables by which Azure's library finds an identity, as Azure and CI do. */
const identities: Record<string, () => AzureIdentity> = {
  'a service principal': () => {
    setIdentity(acr.servicePrincipal);
    process.env['AZURE_CLIENT_SECRET'] = acr.servicePrincipal.secret;
    return acr.servicePrincipal;
  },
  'a workload identity': () => {
    setIdentity(acr.workload);
    process.env['AZURE_FEDERATED_TOKEN_FILE'] = join(registries.folder, 'federated-token');
    writeFileSync(process.env['AZURE_FEDERATED_TOKEN_FILE'], acr.workload.federatedToken!);
    return acr.workload;
  },
  'whoever did "az login", and not as the machine': () => {
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = 'http://127.0.0.1:9';
    installAzureCli(acr.servicePrincipal);
    return acr.servicePrincipal;
  },
  'a managed identity': () => {
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = acr.machineAddress;
    return acr.managed;
  },
};

function clientId(identity: AzureIdentity): string {
  return [...acr.identities].find(([, each]) => each === identity)![0];
}

function byPassword(identity: AzureIdentity): Credentials {
  return { kind: 'password', user: clientId(identity), password: identity.secret! };
}

/** An `az` that knows one command. */
function installAzureCli(identity: AzureIdentity): void {
  const folder = join(registries.folder, 'bin');
  const expires = Math.floor(Date.now() / 1000) + 300;
  const answer = JSON.stringify({ accessToken: acr.azureToken(clientId(identity)), expires_on: expires, tenant });
  const asked = 'account get-access-token --output json --resource https://containerregistry.azure.net';
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'az'), `#!/bin/sh\ntest "$*" = '${asked}' && echo '${answer}'\n`, { mode: 0o755 });
  process.env['PATH'] = `${folder}${delimiter}${process.env['PATH']}`;
}

function setIdentity(identity: AzureIdentity): void {
  process.env['AZURE_TENANT_ID'] = tenant;
  process.env['AZURE_CLIENT_ID'] = clientId(identity);
}

function azure(): AzureRegistries {
  // The simulator's host and certificate are not Azure's, and it is no cloud that Azure's library would look up.
  const tlsOptions = { ca: registries.authority.pem() };
  const identity = { disableInstanceDiscovery: true, tlsOptions };
  return new AzureRegistries(async () => undefined, { isAzure: (host) => host === acr.host, identity });
}

function client(): HttpImageRegistry {
  const { credentialsOf, settings } = azure();
  return new HttpImageRegistry(credentialsOf, settings.isAzure);
}

function newImage(): ImageRef {
  return ImageRef.of(`${acr.host}/team`, `orders-${++count}`, '20261124-1');
}

describe.each(Object.entries(identities))('an Azure registry as %s', (_, become) => {
  beforeEach(() => void become());

  imageRegistryContract(async () => ({
    registry: client(),
    host: acr.host,
    unreachableHost: `${acr.host.split(':')[0]}:9`,
    put: (image, labels, platform) => writer.put(image, labels, platform),
    putIndex: (image, images) => writer.putIndex(image, images),
  }));

  it('locks a tag, so that it cannot be moved or deleted', async () => {
    const [image, other] = [newImage(), newImage()];
    const digest = await writer.put(image, {});
    const registry = client();
    await registry.lockTag(image);
    expect(acr.attributes(image.repository, '20261124-1')).toMatchObject({ writeEnabled: false, deleteEnabled: false });
    expect(acr.attributes(other.repository, '20261124-1')).toMatchObject({ writeEnabled: true, deleteEnabled: true });
    await expect(writer.put(image, { moved: 'yes' })).rejects.toThrow('405');
    expect(await registry.digest(image)).toBe(digest);
  });
});

it('tags, copies and locks an index as one image', async () => {
  identities['a service principal']!();
  const [image, prod] = [newImage(), newImage()];
  const labels = { title: 'orders' };
  const images = ['linux/amd64', 'linux/arm64'].map((platform) => ({ platform, labels }));
  const digest = await writer.putIndex(ImageRef.of(image.registry, image.repository, 'other'), images);
  const registry = client();
  // As a builder leaves it: all is there, but the tag.
  await (await registry.findUntagged(image.withDigest(digest)))!.tagAs(image);
  await registry.copy(image.withDigest(digest), prod);
  for (const each of [image, prod]) {
    expect(await registry.digest(each)).toBe(digest);
    expect(await registry.labels(each.withDigest(digest))).toEqual(labels);
    await registry.lockTag(each);
    expect(acr.attributes(each.repository, '20261124-1')).toMatchObject({ writeEnabled: false, deleteEnabled: false });
    await expect(writer.putIndex(each, images.slice(0, 1))).rejects.toThrow('405');
    expect(await registry.digest(each)).toBe(digest);
  }
});

it('gets one login token for many questions', async () => {
  identities['a service principal']!();
  const image = newImage();
  await writer.put(image, {});
  acr.seen.length = 0;
  const registry = client();
  await registry.digest(image);
  await registry.labels(image);
  await registry.lockTag(image);
  const asked = acr.seen.filter((line) => line === 'POST /oauth2/exchange');
  expect(asked).toHaveLength(1);
});

it.each<[string, () => Credentials]>([
  ['docker login with a service principal', () => byPassword(acr.servicePrincipal)],
  ['az acr login', () => ({ kind: 'identity-token', token: acr.loginToken(clientId(acr.servicePrincipal)) })],
])('locks a tag with what %s left, too', async (_, credentials) => {
  const image = newImage();
  await writer.put(image, {});
  const left = async () => credentials();
  await new HttpImageRegistry(new AzureRegistries(left).credentialsOf, (host) => host === acr.host).lockTag(image);
  expect(acr.attributes(image.repository, '20261124-1')).toMatchObject({ writeEnabled: false, deleteEnabled: false });
});

it('tells that a login token has run out', async () => {
  const old = async (): Promise<Credentials> => ({
    kind: 'identity-token',
    token: acr.loginToken(clientId(acr.servicePrincipal), -1),
  });
  await expect(new HttpImageRegistry(old).digest(newImage())).rejects.toMatchObject({
    facts: { type: 'registry-login-refused' },
  });
});

it('warns of a tag that it has no right to lock, and tells how', async () => {
  const identity = identities['a service principal']!();
  const image = newImage();
  await writer.put(image, {});
  identity.actions = ['pull', 'push'];
  const error: unknown = await client()
    .lockTag(image)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ facts: { type: 'image-tag-not-locked' } });
  expect((error as Refusal).explain()).toContain('az acr repository update');
});

describe('refuses', () => {
  it.each<[string, () => unknown, string, string]>([
    [
      'no identity',
      () => (process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential'),
      'azure-identity-missing',
      'az acr login',
    ],
    [
      'a wrong secret',
      () => {
        identities['a service principal']!();
        process.env['AZURE_CLIENT_SECRET'] = 'wrong~secret';
      },
      'azure-identity-missing',
      'AADSTS7000215',
    ],
    [
      'an identity without a role there',
      () => {
        identities['a managed identity']!().actions = [];
      },
      'azure-identity-refused',
      'AcrPush',
    ],
  ])('%s', async (_, become, type, told) => {
    become();
    // Leaves out the programs that would find the developer's own login.
    process.env['AZURE_TOKEN_CREDENTIALS'] ??= 'prod';
    const error: unknown = await client()
      .digest(newImage())
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type } });
    const text = (error as Refusal).explain();
    for (const part of [acr.host, told]) expect(text).toContain(part);
    expect(text + JSON.stringify(error)).not.toMatch(/wrong~secret|s3cr~et|fed\.era\.ted|eyJ/);
  });
});
