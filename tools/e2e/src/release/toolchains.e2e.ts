import { join } from 'node:path';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';
import { pathWithout } from '../../../scratch-workspace/src/path-without.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
/** A machine on which nobody has installed Go. */
let withoutGo: NodeJS.ProcessEnv;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('toolchains', { keep: ['checks'] });
  withoutGo = { PATH: pathWithout(['go', 'gofmt'], join(workspace.folder, '..', 'without-go')) };
});
afterAll(() => workspace.remove());

const headline =
  /^Could not build inventory: It needs Go 1\.\d+ or newer \(apps\/inventory\/go\.mod\), and there is no go on the PATH\.$/gm;
const times = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].length;

/** What a release of the inventory would leave. */
const traces = async () => ({
  refs: (await workspace.originRefs()).split('\n').filter((ref) => ref.includes('inventory')),
  images: await tagsOf(`${workspace.id}/inventory`),
});

it('refuses a service whose language is missing, once and before anything ran, and releases the others', async () => {
  const { code, output } = await workspace.nx(['run-many', '-t', 'release', '-p', 'inventory', 'orders'], {
    env: withoutGo,
  });
  expect(times(headline, output)).toBe(1);
  expect(output).toMatch(/^ {2}hint: Install Go 1\.\d+ or newer \(https:\/\/go\.dev\/dl\).*\[toolchain-missing\]$/m);
  expect(output).not.toMatch(/go: not found|gofmt: not found/);
  for (const target of ['lint', 'test', 'build', 'release']) {
    expect(output).toMatch(new RegExp(`^- inventory:${target}$`, 'm'));
    expect(output).not.toMatch(new RegExp(`^[✔✖] +nx run inventory:${target}`, 'm'));
  }
  expect(await traces()).toEqual({ refs: [], images: [] });
  expect(output).toMatch(/^orders +\d{8}-\d+ .* preprod +.*deployed/m);
  expect(output).toMatch(/^inventory +.*refused: needs Go/m);
  expect(await workspace.originRefs()).toMatch(/refs\/tags\/orders-\d{8}-\d+/);
  expect(code).toBe(2);
});

it.each(['release', 'docker-release', 'dev', 'build', 'lint', 'test'])(
  'refuses %s of a single service',
  async (target) => {
    const { code, output } = await workspace.nx(['run', `inventory:${target}`], { env: withoutGo });
    expect({ code, times: times(headline, output) }).toEqual({ code: 2, times: 1 });
    expect(await traces()).toEqual({ refs: [], images: [] });
  },
);

it('answers commands that build nothing', async () => {
  expect(await workspace.nxSuccessfully(['run', 'inventory:status'], { env: withoutGo })).toContain('inventory');
  expect(await workspace.nxSuccessfully(['show', 'projects'], { env: withoutGo })).toContain('inventory');
});

it('refuses a version that is too old, and believes nothing that has changed since', async () => {
  const local = { GOTOOLCHAIN: 'local' };
  expect(await workspace.nxSuccessfully(['run', 'inventory:lint'], { env: local })).toMatch(/^inventory: Go 1\.\d+/m);
  workspace.edit('apps/inventory/go.mod', /^go .*$/m, 'go 1.99.0');
  const { code, output } = await workspace.nx(['run', 'inventory:lint'], { env: local });
  expect(output).toMatch(
    /^Could not build inventory: It needs Go 1\.99\.0 or newer \(apps\/inventory\/go\.mod\), and 1\.\S+ is installed\.$/m,
  );
  expect(output).toContain('[toolchain-version]');
  expect(code).toBe(2);
  // A Go that fetches what it lacks is none of ours to refuse.
  expect(await workspace.nxSuccessfully(['run', 'inventory:toolchain'], { env: { GOTOOLCHAIN: 'auto' } })).toContain(
    'Go 1.99.0 or newer',
  );
  await workspace.git(['checkout', '--', 'apps/inventory/go.mod']);
  expect((await workspace.nx(['run', 'inventory:lint'], { env: withoutGo })).code).toBe(2);
});

it('refuses a file that says no version, naming file and line', async () => {
  workspace.edit('apps/inventory/go.mod', /^go .*$/m, 'go banana');
  const { code, output } = await workspace.nx(['run', 'inventory:lint']);
  expect(output).toMatch(
    /^Could not read the version of Go in apps\/inventory\/go\.mod:3: "go banana" says no version of Go\.$/m,
  );
  expect(code).toBe(2);
  await workspace.git(['checkout', '--', 'apps/inventory/go.mod']);
});
