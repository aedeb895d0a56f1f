import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainBuild } from '../../model/build/build-settings.ts';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { newBuildContext } from '../../../../contracts/src/build-context.ts';
import { containerEngineContract } from '../../../../contracts/src/container-engine-contract.ts';
import { AcrSimulator } from '../../../../simulators/src/registries/acr-simulator.ts';
import {
  ada,
  SecuredRegistries,
  type SecuredRegistry,
} from '../../../../simulators/src/registries/secured-registries.ts';
import { chooseEngine, type EngineName } from './choose-engine.ts';
import { runTool } from './run-tool.ts';

jest.setTimeout(60_000);

const registries = new SecuredRegistries();
const temp = mkdtempSync(join(tmpdir(), 'secured engines '));
const before = { ...process.env };
const built: { engine: EngineName; image: ImageRef }[] = [];
let withPassword: SecuredRegistry;
let withTokens: SecuredRegistry;
let notTrusted: SecuredRegistry;
let acr: AcrSimulator;

beforeAll(async () => {
  withPassword = await registries.withPassword();
  withTokens = await registries.withTokens();
  notTrusted = await registries.withPassword();
  acr = await AcrSimulator.start(registries.folder, registries.authority);
  for (const { host } of [withPassword, withTokens, acr]) registries.authority.trustFor(host);
  mkdirSync(join(temp, 'settings'));
  process.env['DOCKER_CONFIG'] = join(temp, 'settings');
  process.env['REGISTRY_AUTH_FILE'] = join(temp, 'settings/config.json');
  logIn([withPassword, withTokens, notTrusted], ada.password);
});
afterAll(async () => {
  for (const { engine, image } of built) await runTool(engine, ['image', 'rm', '--force', image.tagged]);
  process.env = before;
  acr.close();
  registries.close();
  rmSync(temp, { recursive: true });
});

/** Returns the settings that `docker login` writes. */
function logIn(where: readonly { host: string }[], password: string): void {
  const auth = Buffer.from(`${ada.user}:${password}`).toString('base64');
  const auths = Object.fromEntries(where.map(({ host }) => [host, { auth }]));
  writeFileSync(join(temp, 'settings/config.json'), JSON.stringify({ auths }));
}

const wrongForToken: [string, () => { host: string }, string] = [
  'a wrong password for a token',
  () => withTokens,
  'registry-denies-access',
];

/** The credentials that an engine gets for the Azure registry, and those that its images are read with. */
const lent: CredentialsOf = async (registry) =>
  registry === acr.host ? { kind: 'identity-token', token: acr.loginToken([...acr.identities.keys()][0]!) } : undefined;

describe.each<EngineName>(['docker', 'podman'])('%s', (name) => {
  let count = 0;
  const newImage = (host: string) => {
    const image = ImageRef.of(`${host}/team`, `${name}-${process.pid}`, `${Date.now()}-${++count}`);
    built.push({ engine: name, image });
    return image;
  };
  const build = async (host: string, recipe = 'FROM scratch\nCOPY file /file\n') => {
    const [engine, image] = [await chooseEngine(new HttpImageRegistry(lent), name, lent), newImage(host)];
    await engine.build(
      {
        ...newBuildContext(temp, recipe, String(++count)),
        labels: {},
        images: [image],
        settings: plainBuild,
        sourceDate: new Date(0),
      },
      () => {},
    );
    return { engine, image };
  };

  describe.each<[string, () => { host: string }, CredentialsOf | undefined]>([
    ['with TLS and a password', () => withPassword, undefined],
    ['with tokens', () => withTokens, undefined],
    ['of Azure, with a lent login', () => acr, lent],
  ])('and a registry %s', (_, registry, credentialsOf) => {
    containerEngineContract(async () => ({
      engine: await chooseEngine(new HttpImageRegistry(lent), name, lent),
      registry: new HttpImageRegistry(credentialsOf),
      newImage: () => newImage(registry().host),
      unreachableImage: () => newImage(`${registry().host.split(':')[0]}:9`),
      goodContext: async (text) => newBuildContext(temp, 'FROM scratch\nCOPY file /file\n', text),
      contextOn: async (base) => newBuildContext(temp, `ARG BASE=${base}\nFROM $BASE\nCOPY file /other\n`, 'on'),
      brokenContext: async () => newBuildContext(temp, 'FROM scratch\nCOPY missing /missing\n', ''),
    }));
  });

  it('builds on an image of the Azure registry, and leaves no login behind', async () => {
    const base = await build(acr.host);
    await base.engine.push(base.image, () => {});
    await runTool(name, ['image', 'rm', '--force', base.image.tagged]);
    const { engine, image } = await build(withPassword.host, `FROM ${base.image.tagged}\nCOPY file /other\n`);
    expect(await engine.push(image, () => {})).toMatch(/^sha256:/);
    expect(readdirSync(tmpdir()).filter((entry) => entry.startsWith(`poc-engine-${process.pid}-`))).toEqual([]);
  });

  it('is refused a locked tag, and says so', async () => {
    const { engine, image } = await build(acr.host);
    await engine.push(image, () => {});
    await new HttpImageRegistry(lent, (host) => host === acr.host).lockTag(image);
    const other = newBuildContext(temp, 'FROM scratch\nCOPY file /file\n', 'other');
    await engine.build(
      { ...other, labels: {}, images: [image], settings: plainBuild, sourceDate: new Date(0) },
      () => {},
    );
    await expect(engine.push(image, () => {})).rejects.toMatchObject({ facts: { type: 'registry-disallows' } });
  });

  it.each<[string, () => { host: string }, string]>([
    ['a wrong password', () => withPassword, 'registry-denies-access'],
    // Docker tries a refused token for a minute, by itself.
    ...(name === 'docker' ? [] : [wrongForToken]),
    ['an unknown authority', () => notTrusted, 'registry-certificate'],
  ])('refuses %s, and shows no password', async (why, registry, type) => {
    logIn([withPassword, withTokens, notTrusted], why.startsWith('a wrong') ? 'not:it' : ada.password);
    const lines: string[] = [];
    const { engine, image } = await build(registry().host);
    const error: unknown = await engine.push(image, (line) => lines.push(line)).catch((thrown: unknown) => thrown);
    logIn([withPassword, withTokens, notTrusted], ada.password);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type } });
    expect((error as Refusal).explain()).toContain(registry().host);
    expect((error as Refusal).explain() + lines.join()).not.toMatch(/not:it|s3:cret/);
  });
});
