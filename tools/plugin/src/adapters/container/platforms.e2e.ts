import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newBuildContext } from '../../../../contracts/src/build-context.ts';
import { containerEngineContract } from '../../../../contracts/src/container-engine-contract.ts';
import { platformsContract } from '../../../../contracts/src/platforms-contract.ts';
import { buildBuildKit } from '../../../../local-platform/src/platform.ts';
import { RealBuildKit } from '../../../../simulators/src/builders/real-buildkit.ts';
import { plainBuild } from '../../model/build/build-settings.ts';
import { Platform } from '../../model/build/platform.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { DockerEngine } from './docker-engine.ts';
import { PodmanEngine } from './podman-engine.ts';
import { runTool, type RunTool } from './run-tool.ts';

// The first run on a machine compiles BuildKit.
jest.setTimeout(1_800_000);

const registry = new HttpImageRegistry();
const temp = mkdtempSync(join(tmpdir(), 'platforms, of images '));
const sourceDate = new Date('2026-11-24T12:00:00Z');
const platforms = [Platform.parse('linux/amd64')!, Platform.parse('linux/arm64')!];
const recipe = 'FROM scratch\nARG TARGETARCH\nCOPY file /file-$TARGETARCH\n';
let buildKits: RealBuildKit[] = [];
let count = 0;
/** Images that engines may have in a folder. */
const built: { readonly engine: ContainerEngine; readonly image: ImageRef }[] = [];

beforeAll(async () => {
  const tools = await buildBuildKit();
  buildKits = [await RealBuildKit.start(tools), await RealBuildKit.start(tools)];
});
afterAll(async () => {
  for (const { engine, image } of built) await engine.forget(image);
  for (const each of buildKits) await each.stop();
  rmSync(temp, { recursive: true });
});

/** Docker with one of the builders. */
const dockerWith = (index: number, through: BuiltImageRegistry = registry) => {
  const run: RunTool = (command, args, options) =>
    runTool(command, args, { ...options, env: { ...buildKits[index]!.env, ...options?.env } });
  return new DockerEngine(through, run);
};
/** As where what a builder pushes by itself goes to another registry of that name. */
const throughFolders: BuiltImageRegistry = {
  pushLayout: (...request) => registry.pushLayout(...request),
  findUntagged: async () => undefined,
};
const newImage = (host = '127.0.0.1:5000') =>
  ImageRef.of(`${host}/platforms`, `image-${process.pid}`, `${Date.now()}-${++count}`);

const contexts = {
  goodContext: async (text: string) => newBuildContext(temp, recipe, text),
  contextOn: async (base: string) => newBuildContext(temp, `ARG BASE=${base}\nFROM $BASE\nCOPY file /other\n`, 'on'),
  brokenContext: async () => newBuildContext(temp, 'FROM scratch\nCOPY missing /missing\n', ''),
};

describe.each([
  ['docker, with a builder of BuildKit', () => dockerWith(0)],
  ['podman', () => new PodmanEngine(registry)],
])('%s', (name, newEngine) => {
  const scenario = async () => {
    const engine = newEngine();
    const newImageOf = (host?: string) => {
      const image = newImage(host);
      built.push({ engine, image });
      return image;
    };
    return {
      ...contexts,
      engine,
      registry,
      newImage: () => newImageOf(),
      unreachableImage: () => newImageOf('127.0.0.1:9'),
    };
  };
  if (name !== 'podman') containerEngineContract(scenario);
  platformsContract(scenario);
});

/** Podman on a machine that has built nothing yet. */
function freshPodman(): PodmanEngine {
  const store = mkdtempSync(join(temp, 'store-'));
  const settings = join(store, 'storage.conf');
  const places = `graphroot = "${join(store, 'graph')}"\nrunroot = "${join(store, 'run')}"`;
  writeFileSync(settings, `[storage]\ndriver = "vfs"\n${places}\n`);
  const run: RunTool = (command, args, options) =>
    runTool(command, args, { ...options, env: { CONTAINERS_STORAGE_CONF: settings, ...options?.env } });
  return new PodmanEngine(registry, run);
}

it.each([
  ['one platform', platforms.slice(0, 1)],
  ['two platforms', platforms],
])('gives %s of one commit the same digest on two machines, whichever way it is pushed', async (_, wanted) => {
  const digests: string[] = [];
  for (const [index, through] of [registry, throughFolders].entries()) {
    const context = newBuildContext(temp, recipe, 'of one commit');
    // Checked out at other times.
    const at = new Date(sourceDate.getTime() + (index + 1) * 3_600_000);
    utimesSync(join(context.context, 'file'), at, at);
    const [engine, image] = [dockerWith(index, through), newImage()];
    const settings = { ...plainBuild, platforms: wanted };
    await engine.build({ ...context, settings, sourceDate, labels: { a: 'b' }, images: [image] }, () => {});
    digests.push(await engine.push(image, () => {}));
    await engine.forget(image);
    await engine.forget(image);
  }
  expect(digests[0]).toBe(digests[1]);
});

it.each([
  ['one platform', platforms.slice(0, 1)],
  ['two platforms', platforms],
])('gives %s of one commit the same digest on two machines with podman, whose cache is empty', async (_, wanted) => {
  const digests: string[] = [];
  for (const engine of [freshPodman(), freshPodman()]) {
    const context = newBuildContext(temp, recipe, 'of one commit');
    const image = newImage();
    const settings = { ...plainBuild, platforms: wanted };
    await engine.build({ ...context, settings, sourceDate, labels: { a: 'b' }, images: [image] }, () => {});
    digests.push(await engine.push(image, () => {}));
    await engine.forget(image);
  }
  expect(digests[0]).toBe(digests[1]);
});

it('refuses a builder that is gone, before anything is built', async () => {
  const gone = await RealBuildKit.start(await buildBuildKit());
  const run: RunTool = (command, args, options) =>
    runTool(command, args, { ...options, env: { ...gone.env, ...options?.env } });
  const { context, dockerfile } = newBuildContext(temp, recipe, 'gone');
  const build = { context, dockerfile, settings: plainBuild };
  await expect(new DockerEngine(registry, run).requireBuildable(build)).resolves.toBeUndefined();
  await gone.end();
  await expect(new DockerEngine(registry, run).requireBuildable(build)).rejects.toMatchObject({
    facts: { type: 'builder-does-not-answer' },
  });
  await gone.stop();
});
