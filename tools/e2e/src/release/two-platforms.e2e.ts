import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import { HttpImageRegistry } from '../../../plugin/src/adapters/registry/http-image-registry.ts';
import { buildBuildKit } from '../../../local-platform/src/platform.ts';
import { kubectl, platform } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { RealBuildKit } from '../../../simulators/src/builders/real-buildkit.ts';

/* A service whose image is for two platforms goes the whole way: built by BuildKit, deployed, audited and promoted as one. */

// The first run on a machine compiles BuildKit.
jest.setTimeout(1_800_000);

let workspace: ScratchWorkspace;
let builder: RealBuildKit;

/** Each platform has a program of its own: a node that took the other's would not start it. */
const dockerfile = `FROM scratch
ARG TARGETARCH
COPY dist/inventory-$TARGETARCH /inventory
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/inventory"]
`;

beforeAll(async () => {
  builder = await RealBuildKit.start(await buildBuildKit());
  workspace = await ScratchWorkspace.create('two-platforms');
  workspace.write('apps/inventory/Dockerfile', dockerfile);
  const file = 'apps/inventory/project.json';
  const project = JSON.parse(workspace.read(file)) as {
    targets: Record<string, { options: Record<string, unknown> }>;
  };
  const go = (architecture: string) => `GOARCH=${architecture} go build -trimpath -o dist/inventory-${architecture} .`;
  project.targets['build']!.options['command'] = `rm -rf dist && ${go('amd64')} && ${go('arm64')}`;
  project.targets['docker-release'] = { options: { build: { platforms: ['linux/arm64', 'linux/amd64'] } } };
  workspace.write(file, JSON.stringify(project));
  await workspace.commit('feat(inventory): run on arm64, too');
});
afterAll(async () => {
  await workspace.remove();
  await builder.stop();
});

it('is refused by a builder for one platform, before a number is taken', async () => {
  const { code, output } = await workspace.task(['run', 'inventory:release'], { env: { BUILDX_BUILDER: 'default' } });
  expect(output).toContain('[engine-builds-one-platform]');
  expect(code).toBe(2);
  expect(await workspace.originRefs()).not.toContain('refs/builds/inventory');
});

it('is tagged by a command of its own, which reads what all of it says', async () => {
  const { env } = builder;
  const built = await workspace.taskSuccessfully(['run', 'inventory:docker-release'], { env });
  const [, number, digest] = /inventory-(\d{8}-\d+) is pushed: (sha256:[0-9a-f]{64})/.exec(built)!;
  const tagged = await workspace.taskSuccessfully(['run', 'inventory:git-tag', `--tag=${number}`]);
  expect(tagged).toContain(`inventory-${number}`);
  expect(await workspace.git(['tag', '--list', `inventory-${number}`, '--format=%(contents)'])).toContain(digest);
  workspace.write('apps/inventory/README.md', 'Runs on two kinds of machines.\n');
  workspace.write('apps/inventory/Dockerfile', `${dockerfile}LABEL kind=two\n`);
  await workspace.commit('feat(inventory): say what it runs on');
});

it('is released, audited and promoted as one image, of which each node runs its own', async () => {
  const { env } = builder;
  const released = await workspace.taskSuccessfully(['run', 'inventory:release'], { env });
  expect(released).toContain('for linux/amd64 and linux/arm64');
  const [, number] = /inventory (\d{8}-\d+): runs in preprod/.exec(released)!;

  const registry = new HttpImageRegistry();
  const image = ImageRef.of(`${(await platform()).registry}/${workspace.id}`, 'inventory', number!);
  const digest = (await registry.digest(image))!;
  expect((await registry.platforms(image.withDigest(digest)))!.map(String).sort()).toEqual([
    'linux/amd64',
    'linux/arm64',
  ]);
  const pods = ['get', 'pods', '--namespace', workspace.namespace('preprod'), '--output'];
  expect(await kubectl([...pods, 'jsonpath={.items[*].spec.containers[*].image}'])).toContain(digest);

  await workspace.approved(['run', 'inventory:promote']);
  const audited = await workspace.task(['run', 'infrastructure:audit']);
  expect(audited).toMatchObject({ code: 0 });
  expect(await workspace.taskSuccessfully(['run', 'infrastructure:status'])).toMatch(
    new RegExp(`inventory.*${number}.*${number}`),
  );
});
