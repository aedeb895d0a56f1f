import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainBuild, type LocatedBuild } from '../../model/build/build-settings.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { requireBuildPlaces, requireStage } from './buildable.ts';

const folder = mkdtempSync(join(tmpdir(), 'buildable ä '));
mkdirSync(join(folder, 'libs'));
writeFileSync(join(folder, 'file'), '');
afterAll(() => rmSync(folder, { recursive: true }));

const check = async (build: Partial<LocatedBuild>) => {
  const service = { name: 'orders', folder, build: { ...plainBuild, context: folder, ...build } };
  await requireStage(service);
  await requireBuildPlaces(service);
};

/** What a build is refused with. */
async function refusal(build: Partial<LocatedBuild>): Promise<string> {
  const error: unknown = await check(build).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ facts: { type: 'bad-build' } });
  return (error as Refusal).facts.reason;
}

it('refuses a service without a Dockerfile, and a stage that it does not have', async () => {
  expect(await refusal({})).toContain('There is no ');
  writeFileSync(join(folder, 'Dockerfile'), 'FROM node AS runtime\n');
  await expect(check({})).resolves.toBeUndefined();
  await expect(check({ target: 'runtime' })).resolves.toBeUndefined();
  expect(await refusal({ target: 'runtim' })).toContain(
    'At build.target, its Dockerfile has no stage "runtim". Did you',
  );
});

it('refuses folders that are not there', async () => {
  expect(await refusal({ context: join(folder, 'none') })).toContain('At build.context, there is no folder');
  expect(await refusal({ context: join(folder, 'file') })).toContain('At build.context');
  expect(await refusal({ contexts: { libs: join(folder, 'lib') } })).toContain('At build.contexts.libs');
  const contexts = { libs: join(folder, 'libs'), base: 'docker-image://node:24' };
  await expect(check({ contexts })).resolves.toBeUndefined();
});

it('refuses a folder of the cache that cannot be made, and makes none', async () => {
  await expect(check({ cache: { folder: join(folder, 'new/and/deep') } })).resolves.toBeUndefined();
  await expect(check({ cache: { registry: 'r.example/x' } })).resolves.toBeUndefined();
  expect(await refusal({ cache: { folder: join(folder, 'file') } })).toMatch(/file is no folder/);
  expect(await refusal({ cache: { folder: join(folder, 'file/below/it') } })).toMatch(/file is no folder/);
  expect(await refusal({ contexts: { it: join(folder, 'new') } })).toContain('there is no folder');
});
