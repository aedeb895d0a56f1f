import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { describeReleaseDiff } from '../../model/changes/describe-changes.ts';
import { releaseNotes } from '../../model/changes/release-notes.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { changes, type ChangesPoint } from './changes.ts';
import { release } from '../release/release.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const usual = {
  timeoutMs: 1000,
  force: true,
  allowDowntime: false,
  adopt: false,
  dryRun: false,
  ...approvesAll('ada'),
};
const head: ChangesPoint = { kind: 'head' };

class World extends ReleaseScenario {
  in(name: string): ChangesPoint {
    return { kind: 'environment', environment: this.environments.find((each) => each.name === name)! };
  }

  build(text: string): ChangesPoint {
    return { kind: 'build', buildNumber: BuildNumber.parse(text)! };
  }

  /** Commits files. @returns the commit's name. */
  make(subject: string, files: Readonly<Record<string, string>>, author = 'Ada'): string {
    for (const [path, text] of Object.entries(files)) this.repository.write(path, text);
    return this.repository.commit({ subject, author });
  }

  /** Releases what is checked out to environments. */
  async releaseTo(...names: string[]): Promise<string> {
    const { service, environments, ports, reporter } = this;
    const targets = environments.filter(({ name }) => names.includes(name));
    const request = {
      service,
      environments,
      targets,
      actor,
      allowDirty: false,
      mainBranch: 'main',
      buildNumber: undefined,
    };
    await release({ ...usual, ...request }, ports, reporter);
    return this.repository.headCommit();
  }

  changes(from?: ChangesPoint, to?: ChangesPoint) {
    const { service, environments, ports } = this;
    return changes({ service, environments, from, to }, ports);
  }
}

const api = (most: number) =>
  `openapi: 3.1.0\npaths: { /: { get: { parameters: [{ name: n, in: query, schema: { maximum: ${most} } }], responses: {} } } }`;
const lockfile = (version: string) =>
  JSON.stringify({ packages: { 'node_modules/left-pad': { version }, 'node_modules/other': { version } } });
/** A world whose API is published in preprod, and then in another shape in the checkout. */
async function publishedWorld(): Promise<World> {
  const world = new World();
  world.describeApi(['listOrders']);
  await world.releaseTo('preprod');
  world.describeApi(['listOrders', 'getOrder']);
  return world;
}

const settings = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { A: ${value}, DB_PASSWORD: ${value} }\n`;

describe('changes', () => {
  it('tells what became of each version of the API', async () => {
    const world = new World();
    world.make('chore: begin', {
      'apps/orders/openapi.yaml': api(100),
      'apps/orders/openapi.v2.yaml': api(100),
      'apps/orders/openapi.v10.yaml': api(100),
    });
    await world.releaseTo('prod');
    world.repository.remove('apps/orders/openapi.v10.yaml');
    world.make('feat!: v2 is less, v3 comes, v10 goes', {
      'apps/orders/openapi.v2.yaml': api(50),
      'apps/orders/openapi.v3.yaml': api(1),
      'apps/orders/examples/openapi.v4.yaml': api(1),
    });
    const { api: told } = await world.changes(world.in('prod'), undefined);
    expect(told).toMatchObject({
      state: 'compared',
      operations: [
        { operation: 'v2 GET /', change: 'changed', isBreaking: true },
        { operation: 'v3 GET /', change: 'added', isBreaking: false },
        { operation: 'v10 GET /', change: 'removed', isBreaking: true },
      ],
    });
  });

  it('tells what an environment would get, in whichever order it is asked', async () => {
    const world = new World();
    const first = world.make('chore: begin', {
      'apps/orders/openapi.yaml': api(100),
      'apps/orders/k8s/settings.yaml': settings('one'),
      'package-lock.json': lockfile('1.2.3'),
    });
    await world.releaseTo('preprod', 'prod');
    const second = world.make('feat: less (#12)', { 'apps/orders/openapi.yaml': api(50) }, 'Grace');
    world.make('docs: no content', { 'apps/orders/README.md': 'x', 'libs/other/a.ts': 'x' });
    const third = world.make('feat: settings', { 'apps/orders/k8s/settings.yaml': settings('two') });
    world.make('chore: packages', { 'package-lock.json': lockfile('1.3.0') });
    await world.releaseTo('preprod');
    const last = await world.repository.headCommit();
    const told = await world.changes(world.in('preprod'), world.in('prod'));
    expect(await world.changes(world.in('prod'), world.in('preprod'))).toEqual(told);
    expect(told).toMatchObject({
      service: 'orders',
      from: { environment: 'prod', commit: first, dirty: false },
      to: { environment: 'preprod', commit: last, dirty: false },
      commits: [
        { id: third, subject: 'feat: settings', pullRequests: [] },
        { id: second, url: `https://git.example/shop/commit/${second}`, pullRequests: [12] },
      ],
      lostCommits: [],
      isHistoryCut: false,
      authors: [
        { name: 'Ada', commits: 1 },
        { name: 'Grace', commits: 1 },
      ],
      pullRequests: [{ number: 12, title: 'feat: less', url: 'https://git.example/shop/issues/12' }],
      api: { state: 'compared', operations: [{ operation: 'GET /', isBreaking: true }] },
      dependencies: { changes: [{ ecosystem: 'npm', name: 'left-pad', from: '1.2.3', to: '1.3.0' }], unknown: [] },
    });
    expect(told.manifests).toEqual({
      state: 'compared',
      environment: 'prod',
      changes: [
        {
          kind: 'ConfigMap',
          name: 'settings',
          action: 'configured',
          fields: [
            { path: 'data.A', from: '"one"', to: '"two"' },
            { path: 'data.DB_PASSWORD', from: '***', to: '*** (another)' },
          ],
        },
      ],
    });
  });

  it('names packages of every language, from lock files or what projects ask for', async () => {
    const world = new World();
    const files = (version: string) => ({
      'apps/orders/go.mod': `module orders\ngo 1.23\nrequire example.com/a v${version}\n`,
      'apps/orders/uv.lock': `[[package]]\nname = "requests"\nversion = "${version}"\nsource = { registry = "https://pypi.org/simple" }\n`,
      'apps/orders/Orders.csproj': `<Project><ItemGroup><PackageReference Include="Serilog" Version="${version}" /></ItemGroup></Project>`,
      'pnpm-lock.yaml': `lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      left-pad:\n        specifier: '*'\n        version: ${version}\npackages:\n  left-pad@${version}: {}\nsnapshots:\n  left-pad@${version}: {}\n`,
    });
    const before = world.make('chore: begin', files('1.2.0'));
    await world.releaseTo('preprod');
    const after = world.make('chore: other packages', files('1.10.0'));
    const change = { from: '1.2.0', to: '1.10.0' };
    expect((await world.changes()).dependencies).toEqual({
      changes: [
        { ecosystem: 'npm', name: 'left-pad', ...change },
        { ecosystem: 'go', name: 'example.com/a', from: 'v1.2.0', to: 'v1.10.0' },
        { ecosystem: 'python', name: 'requests', ...change },
        { ecosystem: 'nuget', name: 'Serilog', ...change },
      ],
      unknown: [],
    });
    world.make('chore: break', { 'apps/orders/uv.lock': '<<<<<<< a\n=======\n>>>>>>> b\n' });
    const broken = await world.changes(world.in('preprod'), head);
    expect(broken.dependencies.unknown).toEqual([expect.stringMatching(/^apps\/orders\/uv.lock at .*conflict/)]);
    expect(broken.dependencies.changes.map(({ ecosystem }) => ecosystem)).toEqual(['npm', 'go', 'nuget']);
    expect([before, after]).not.toContain(broken.to.commit);
    world.make('chore: bun', { 'bun.lockb': '\0', 'apps/orders/uv.lock': '\0', 'apps/orders/go.mod': '\0' });
    expect((await world.changes(world.in('preprod'), head)).dependencies.unknown).toEqual([
      expect.stringMatching(/^bun.lockb at .*: It is binary/),
      expect.stringMatching(/^apps\/orders\/go.mod at .*: It is not text\.$/),
      expect.stringMatching(/^apps\/orders\/uv.lock at .*: It is not text\.$/),
    ]);
  });

  it('reads no file of an ecosystem that is the same in both commits', async () => {
    const world = new World();
    world.make('chore: begin', { 'package-lock.json': 'not JSON', 'apps/orders/go.mod': 'module orders\ngo 1.23\n' });
    await world.releaseTo('preprod');
    world.make('fix: it', { 'apps/orders/src/main.ts': '2' });
    const read = jest.spyOn(world.repository, 'texts');
    expect((await world.changes()).dependencies).toEqual({ changes: [], unknown: [] });
    expect(read.mock.calls.flatMap(([, folders]) => folders)).not.toContain('package-lock.json');
    expect(read.mock.calls.flatMap(([, folders]) => folders)).not.toContain('apps/orders/go.mod');
  });

  it('compares the last environment with the checked-out commit when nobody says', async () => {
    const world = new World();
    const before = await world.releaseTo('dev', 'preprod');
    const made = world.make('fix: it', { 'apps/orders/src/main.ts': '2' });
    expect(await world.changes()).toMatchObject({
      from: { environment: 'preprod', commit: before },
      to: { commit: made },
      commits: [{ id: made }],
    });
    expect((await world.changes()).to.buildNumber).toBeUndefined();
  });

  it('takes releases by their numbers, and finds nothing where both are one', async () => {
    const world = new World();
    await world.releaseTo('preprod');
    const made = world.make('fix: it', { 'apps/orders/src/main.ts': '2' });
    await world.releaseTo();
    const told = await world.changes(world.build('20261124-2'), world.build('20261124-1'));
    expect(told).toMatchObject({ from: { buildNumber: { revision: 1 } }, commits: [{ id: made }] });
    const none = await world.changes(world.build('20261124-2'), head);
    expect(none).toMatchObject({ commits: [], manifests: { state: 'compared', changes: [] } });
    await expect(world.changes(world.build('20261124-7'))).rejects.toMatchObject({
      facts: { type: 'no-such-release' },
    });
  });

  it('tells of base images that moved, where nothing else did, and beside what did', async () => {
    const world = new World();
    const base = ImageRef.parseDockerName('node:24')!;
    world.make('feat: a base', {
      'apps/orders/Dockerfile': 'FROM node:24',
      'package-lock.json': '{"lockfileVersion":3,"packages":{}}',
    });
    const was = world.registry.put(base, 'one', {});
    await releaseIt(world);
    const is = world.registry.put(base, 'two', {});
    await releaseIt(world, { rebuild: true });
    const rebuilt = await world.changes(world.build('20261124-1'), world.build('20261124-2'));
    expect(rebuilt.baseImages).toEqual([{ image: 'node:24', was, is }]);
    const moved = `node:24 moved: ${was} → ${is}`;
    expect(describeReleaseDiff(rebuilt).slice(3)).toEqual([
      '',
      'Rebuilt: nothing but what it is built on changed.',
      '',
      '1 base image',
      `  ${moved}`,
    ]);
    expect(releaseNotes(rebuilt)).toContain(
      `Rebuilt: nothing but what it is built on changed.\n\n### Base images (1)\n\n- \`node:24\` moved: \`${was}\` → \`${is}\`\n`,
    );
    world.make('feat: more', { 'apps/orders/src/main.ts': '3' });
    await releaseIt(world);
    const both = await world.changes(world.build('20261124-1'), world.in('preprod'));
    expect(describeReleaseDiff(both).join('\n')).toMatch(new RegExp(`feat: more[^]*${moved}`));
    expect(await world.changes(world.build('20261124-2'), world.in('preprod'))).not.toHaveProperty('baseImages');
  });

  it('tells what the newer one has lost where the history was rewritten or is another', async () => {
    const world = new World();
    const base = await world.repository.headCommit();
    const lost = world.make('fix: only there', { 'apps/orders/src/main.ts': 'hot' });
    await world.releaseTo('prod');
    world.repository.checkout(base);
    const kept = world.make('feat: only here', { 'apps/orders/src/main.ts': 'new' });
    world.make('docs: no matter', { 'README.md': 'x' });
    await world.releaseTo('preprod');
    const told = await world.changes(world.in('preprod'), world.in('prod'));
    expect(told).toMatchObject({ from: { environment: 'prod' }, commits: [{ id: kept }], lostCommits: [{ id: lost }] });
  });

  it('finds the pull request behind a merge', async () => {
    const world = new World();
    const base = await world.releaseTo('preprod');
    const side = world.make('feat: on the side', { 'apps/orders/src/side.ts': '1' });
    world.repository.checkout(base);
    world.make('chore: elsewhere', { 'README.md': 'x' });
    world.repository.commit({ subject: 'Merge pull request #7 from ada/side', merges: side });
    expect(await world.changes()).toMatchObject({
      commits: [{ id: side, pullRequests: [7] }],
      pullRequests: [{ number: 7 }],
    });
  });

  it('says what it cannot read, and tells the rest', async () => {
    const world = new World();
    await world.releaseTo('preprod');
    world.repository.isCut = true;
    const made = world.make('fix: it', {
      'apps/orders/openapi.yaml': 'a: [',
      'apps/orders/k8s/all.yaml': 'kind: [',
      'package-lock.json': '<<<<<<< HEAD',
      'apps/orders/go.mod': 'require example.com/a v1.0.0',
    });
    const told = await world.changes();
    expect(told).toMatchObject({
      isHistoryCut: true,
      commits: [{ id: made }],
      api: { state: 'unknown', reason: expect.stringContaining('There is no such file.') },
      manifests: {
        state: 'unknown',
        reason: expect.stringMatching(new RegExp(`^The manifests of ${made.slice(0, 12)}`)),
      },
      dependencies: {
        changes: [{ ecosystem: 'go', name: 'example.com/a', from: undefined, to: 'v1.0.0' }],
        unknown: [expect.stringContaining('There is no such file.'), expect.stringContaining('It is not JSON.')],
      },
    });
  });

  it('makes no links where the origin has no pages', async () => {
    const world = new World();
    await world.releaseTo('preprod');
    world.repository.origin = '/srv/git/shop.git';
    world.make('fix: it (#3)', { 'apps/orders/src/main.ts': '2' });
    const [commit] = (await world.changes()).commits;
    expect(commit).not.toHaveProperty('url');
    expect((await world.changes()).pullRequests).toEqual([{ number: 3, title: 'fix: it' }]);
  });

  it('refuses where nothing runs, and passes on what an environment says', async () => {
    const world = new World();
    await expect(world.changes()).rejects.toMatchObject({ facts: { type: 'not-deployed' } });
    await expect(world.changes(world.in('prod'), head)).rejects.toMatchObject({ facts: { type: 'not-deployed' } });
    world.clusters.get('prod')!.unreachable = 'It is gone.';
    await expect(world.changes()).rejects.toThrow(Refusal);
  });

  it('goes by what succeeded last, and not by what was tried', async () => {
    const world = new World();
    const first = await world.releaseTo('preprod');
    world.make('fix: breaks', { 'apps/orders/src/main.ts': '2' });
    world.clusters.get('preprod')!.script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(world.releaseTo('preprod')).rejects.toThrow();
    expect(await world.changes()).toMatchObject({ from: { commit: first, environment: 'preprod' } });
    world.clusters.get('prod')!.script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(world.releaseTo('prod')).rejects.toThrow();
    await expect(world.changes(world.in('prod'), head)).rejects.toMatchObject({ facts: { type: 'not-deployed' } });
  });
});

describe('changes where there is a door', () => {
  it('tells what clients get of an environment, and asks no door for releases', async () => {
    const world = await publishedWorld();
    const found = await world.changes(world.in('preprod'));
    const { from, to } = found;
    expect(from.door).toEqual({ instance: 'shop-apim', apis: [{ api: 'orders', revision: '20261124-1' }], drift: [] });
    expect(to.door).toBeUndefined();
    expect(describeReleaseDiff(found)[2]).toBe('        clients get API orders 20261124-1 at shop-apim');
    expect(releaseNotes(found)).toContain('- 20261124-1: clients get API orders 20261124-1 at shop-apim');
    world.facade.outage = 'It is gone.';
    expect((await world.changes(world.build('20261124-1'))).from.door).toBeUndefined();
  });

  it('tells how that differs from what was published', async () => {
    const world = await publishedWorld();
    world.facade.apis.delete('orders');
    const lines = describeReleaseDiff(await world.changes(world.in('preprod')));
    expect(lines[2]).toBe('        API orders is gone (shop-apim)');
  });

  it('compares the rest where the door cannot be asked', async () => {
    const world = await publishedWorld();
    world.facade.outage = 'It is gone.';
    const found = await world.changes(world.in('preprod'));
    expect(describeReleaseDiff(found)[2]).toMatch(/^ {8}what clients get at shop-apim is not known: It is gone\. Run/);
    expect(found.api).toMatchObject({
      state: 'compared',
      operations: [{ operation: 'GET /getOrder', change: 'added' }],
    });
  });
});
