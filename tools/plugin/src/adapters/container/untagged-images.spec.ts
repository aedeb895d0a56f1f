import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { plainBuild } from '../../model/build/build-settings.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { DockerEngine } from './docker-engine.ts';
import type { RunTool, ToolResult } from './run-tool.ts';

const digest: Digest = `sha256:${'a'.repeat(64)}`;
const ofFolder: Digest = `sha256:${'f'.repeat(64)}`;
const image = ImageRef.of('registry.example', 'orders', '20261124-1');
const elsewhere = ImageRef.of('other.example', 'orders', '20261124-1');
const build: ImageBuild = {
  settings: plainBuild,
  sourceDate: new Date('2026-11-24T12:00:00Z'),
  context: '/work/apps/orders',
  dockerfile: '/work/apps/orders/Dockerfile',
  labels: { title: 'a, b' },
  images: [image],
};
const pushDenied = [
  '#7 exporting to image',
  '#7 ERROR: failed to push registry.example/orders: unauthorized',
  '------',
  ' > exporting to image:',
  '------',
  'ERROR: failed to build: failed to solve: failed to push registry.example/orders: unauthorized',
];
const askedForToken = ['------', ' > [auth] orders:pull,push token for registry.example:', '------', 'ERROR: failed'];
const stepFailed = ['------', ' > [2/2] RUN exporting to image:', '------', 'ERROR: process "/bin/sh -c" failed'];

/** Docker with a builder, and registries. @param pushed how a build ends that pushes by itself. */
function docker({
  driver = 'remote',
  pushed = {},
  has = () => true,
  tagAs = async () => {},
}: {
  driver?: string;
  pushed?: Partial<ToolResult>;
  has?: (image: ImageRef) => boolean;
  tagAs?: () => Promise<void>;
} = {}) {
  const builds: string[] = [];
  const did: string[] = [];
  const metadata: string[] = [];
  const run: RunTool = async (_, args) => {
    const done = { code: 0, stdout: '', lastLines: [] };
    if (args[1] === 'inspect') return { ...done, stdout: `Driver: ${driver}\n` };
    if (args[1] !== 'build') return done;
    builds.push(args.join(' '));
    const file = args.find((each) => each.startsWith('--metadata-file='))?.slice('--metadata-file='.length);
    if (file === undefined) return done;
    metadata.push(file);
    if ((pushed.code ?? 0) === 0) writeFileSync(file, JSON.stringify({ 'containerimage.digest': digest }));
    return { ...done, ...pushed };
  };
  const engine = new DockerEngine(
    {
      async pushLayout(folder, to) {
        did.push(`folder to ${to.tagged}`);
        return ofFolder;
      },
      async findUntagged(wanted) {
        did.push(`look for ${wanted.registry}/${wanted.repository}@${wanted.digest}`);
        return has(wanted)
          ? {
              async tagAs(to) {
                await tagAs();
                did.push(`tag ${to.tagged}`);
              },
            }
          : undefined;
      },
    },
    run,
  );
  return { engine, builds, did, metadata };
}

const ignore = () => {};

describe('an image of a builder of its own', () => {
  it.each(['docker-container', 'remote', 'kubernetes'])(
    'is pushed by the driver %s without a tag, and gets it at the push',
    async (driver) => {
      const { engine, builds, did, metadata } = docker({ driver });
      await engine.build(build, ignore);
      expect(builds).toEqual([
        expect.stringMatching(
          /--output=type=image,name=registry\.example\/orders,push=true,push-by-digest=true,store=false,oci-mediatypes=true,rewrite-timestamp=true .*--annotation=manifest:title=a, b/,
        ),
      ]);
      expect(builds[0]).not.toMatch(/--tag|20261124-1|--load/);
      expect(did).toEqual([`look for registry.example/orders@${digest}`]);
      expect(await engine.push(image, ignore)).toBe(digest);
      expect(did.slice(1)).toEqual([`tag ${image.tagged}`]);
      expect(existsSync(dirname(metadata[0]!))).toBe(false);
    },
  );

  it('is pushed to all repositories of its names', async () => {
    const { engine, builds, did } = docker();
    await engine.build({ ...build, images: [image, elsewhere] }, ignore);
    expect(builds[0]).toContain('"name=registry.example/orders,other.example/orders"');
    await engine.push(elsewhere, ignore);
    expect(did.at(-1)).toBe(`tag ${elsewhere.tagged}`);
  });

  it.each([
    ['may not push', { pushed: { code: 1, lastLines: pushDenied } }],
    ['gets no token', { pushed: { code: 1, lastLines: askedForToken } }],
    ['pushes to another registry of that name', { has: () => false }],
  ])('goes through a folder where the builder %s, and from then on at once', async (_, world) => {
    const { engine, builds, did } = docker(world);
    await engine.build(build, ignore);
    expect(builds.map((each) => /--output=type=(\w+)/.exec(each)![1])).toEqual(['image', 'oci']);
    expect(await engine.push(image, ignore)).toBe(ofFolder);
    expect(did.at(-1)).toBe(`folder to ${image.tagged}`);
    await engine.build(build, ignore);
    expect(builds.slice(2).map((each) => /--output=type=(\w+)/.exec(each)![1])).toEqual(['oci']);
    await engine.build({ ...build, images: [elsewhere] }, ignore);
    expect(builds[3]).toContain('type=image');
    for (const each of [image, elsewhere]) await engine.forget(each);
  });

  it('is not built again where a step of it fails', async () => {
    const { engine, builds } = docker({ pushed: { code: 1, lastLines: stepFailed } });
    await expect(engine.build(build, ignore)).rejects.toBeInstanceOf(Failure);
    expect(builds).toHaveLength(1);
  });

  it('gets no tag when that is refused, or when it was forgotten', async () => {
    const taken = new Refusal({ type: 'image-tag-taken', doing: 'push', reason: 'Taken.', remedy: 'Look.' });
    const { engine, did } = docker({ tagAs: () => Promise.reject(taken) });
    await engine.build(build, ignore);
    await expect(engine.push(image, ignore)).rejects.toBe(taken);
    await engine.forget(image);
    await engine.push(image, ignore).catch(ignore);
    expect(did.filter((each) => !each.startsWith('look'))).toEqual([]);
  });

  it('is not pushed by the builder inside docker’s server, whose store would keep it', async () => {
    const run: RunTool = async (_, args) => {
      if (args[1] === 'build') asked.push(args.join(' '));
      const stdout = args[0] === 'info' ? '"io.containerd.snapshotter.v1"' : 'Driver: docker\n';
      return { code: 0, stdout, lastLines: [] };
    };
    const asked: string[] = [];
    const registry = { pushLayout: async () => ofFolder, findUntagged: async () => undefined };
    const engine = new DockerEngine(registry, run);
    await engine.build(build, ignore);
    expect(asked).toEqual([expect.stringContaining('--output=type=oci')]);
    await engine.forget(image);
  });
});
