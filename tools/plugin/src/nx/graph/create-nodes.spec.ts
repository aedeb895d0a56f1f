import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { createNodes } from './create-nodes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'create nodes '));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the targets of a service that has these files. */
async function targetsWith(...files: readonly string[]) {
  const root = join(folder, 'apps/orders');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'k8s'), { recursive: true });
  for (const name of ['Dockerfile', 'project.json', ...files]) writeFileSync(join(root, name), '{}');
  const [, infer] = createNodes;
  const [[, found] = []] = await infer(['apps/orders/Dockerfile'], undefined, { workspaceRoot: folder });
  return found?.projects?.['apps/orders']?.targets ?? {};
}

it.each([
  [['openapi.yaml'], true],
  [['openapi.v2.yaml', 'openapi.v10.yaml'], true],
  [['openapi.json', 'openapi.v0.yaml', 'openapi.v2.yml', 'my-openapi.yaml'], false],
  [[], false],
])('lints the API of a service with %j: %s', async (files, isLinted) => {
  const targets = await targetsWith(...files);
  expect(Object.hasOwn(targets, 'api-lint')).toBe(isLinted);
  expect(targets).toHaveProperty('release');
  if (isLinted) expect(targets['api-lint']).toMatchObject({ cache: true, outputs: [] });
});

describe('in the workspaces of others', () => {
  let root: string;
  let warned: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'create-nodes-'));
    warned = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((warned += String(text)), true));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(root, { recursive: true });
  });

  /** Writes files, and returns the projects that are inferred of them, with the names of their targets. */
  async function infer(files: Record<string, unknown>, options?: unknown, only = (_: string) => true) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const isMarker = (path: string) =>
      /(Dockerfile|project\.json|package\.json|environments\/[^/]*\.ya?ml)$/.test(path);
    const [, inferred] = createNodes;
    const results = await inferred(Object.keys(files).filter(isMarker).filter(only), options, { workspaceRoot: root });
    const projects = results.flatMap(([, { projects: found = {} }]) => Object.entries(found));
    return Object.fromEntries(
      projects
        .filter(([, { targets = {} }]) => Object.keys(targets).some((name) => !name.endsWith('toolchain')))
        .map(([folder, { name, targets = {} }]) => [folder, { name, targets }]),
    );
  }
  const service = (folder: string, manifests = 'k8s') => ({
    [posix.join(folder, 'Dockerfile')]: '',
    [posix.join(folder, manifests, 'a.yaml')]: '',
  });

  it('has a glob that every version of Nx can read', () => {
    expect(createNodes[0]).not.toMatch(/\{[^}]*\{/);
    expect(createNodes[0]).toContain('**/Dockerfile');
  });

  it.each([
    ['a project.json in a nested folder', 'services/eu/orders', { 'services/eu/orders/project.json': {} }],
    ['the root project', '.', { 'project.json': {} }],
    ['a root package.json with a block nx', '.', { 'package.json': { nx: {} } }],
    [
      'a package of npm',
      'services/orders',
      { 'package.json': { workspaces: ['services/*'] }, 'services/orders/package.json': {} },
    ],
    [
      'a package of yarn, by pattern',
      'services/eu/orders',
      { 'package.json': { workspaces: { packages: ['./services/**'] } }, 'services/eu/orders/package.json': {} },
    ],
    [
      'a package of pnpm',
      'services/orders',
      {
        'pnpm-workspace.yaml':
          '# all\npackages:\n  # those\n  - \'libs/*\'\n  - "{apps,services}/*" # here\ncatalog: {}\n',
        'services/orders/package.json': {},
      },
    ],
  ])('makes a service of %s', async (_, folder, files) => {
    const projects = await infer({ ...service(folder), ...files });
    expect(Object.keys(projects)).toEqual([folder]);
    expect(projects[folder]!.targets).toHaveProperty('release');
  });

  it.each([
    ['a folder that is no project', {}],
    ['a package that is none of the workspace', { 'services/orders/package.json': {}, 'package.json': {} }],
    [
      'a package that is left out',
      { 'package.json': { workspaces: ['services/*', '!services/orders'] }, 'services/orders/package.json': {} },
    ],
    ['a package.json in the root without a block nx', { 'package.json': { name: 'all' } }],
  ])('attaches nothing to %s', async (_, files) => {
    expect(await infer({ ...service('services/orders'), ...service('.'), ...files })).toEqual({});
  });

  const environment = { 'ops/environments/dev.yaml': 'name: dev' };

  it('names the project of the environments, in the folder that is said, also where it is not included', async () => {
    const options = { infrastructure: './ops/' };
    const projects = await infer({ ...environment, ...service('apps/a'), 'apps/a/project.json': {} }, options, (path) =>
      path.startsWith('apps/'),
    );
    expect(projects['ops']).toMatchObject({ name: 'infrastructure', targets: { status: {}, outdated: {} } });
    expect(await infer(environment)).toEqual({});
  });

  it('looks for what api-lint depends on in the folder that is said', async () => {
    const files = { ...service('apps/a'), 'apps/a/project.json': {}, 'apps/a/openapi.yaml': '' };
    const { targets } = (await infer(files, { infrastructure: 'our ops' }))['apps/a']!;
    expect(targets!['api-lint']!.inputs).toContainEqual({
      runtime: expect.stringMatching(/^node \S+\/lint-rules-state\.cjs "our ops"$/),
    });
  });

  it('takes the options of nx.json where Nx gives none', async () => {
    const [, inferred] = createNodes;
    await infer(environment);
    const nxJsonConfiguration = { plugins: [{ plugin: '@poc/plugin', options: { infrastructure: 'ops' } }] };
    const nodes = await inferred(['ops/environments/dev.yaml'], undefined, {
      workspaceRoot: root,
      nxJsonConfiguration,
    });
    expect(nodes.map(([, { projects }]) => Object.keys(projects ?? {}))).toContainEqual(['ops']);
  });

  it('says when that project, or another one, has the wrong name', async () => {
    const options = { infrastructure: 'ops' };
    const own = await infer({ ...environment, 'ops/project.json': { name: 'platform' } }, options);
    expect(own['ops']!.name).toBeUndefined();
    expect(warned).toContain('the project in ops holds the environments, and must be named "infrastructure"');
    rmSync(join(root, 'ops/project.json'));
    warned = '';
    expect(await infer({ ...environment, 'apps/infrastructure/project.json': {} }, options)).toEqual({});
    expect(warned).toContain('the project in apps/infrastructure is named "infrastructure"');
  });

  it('calls targets, and those that they wait for, as it is told', async () => {
    const files = { ...service('a', 'deploy/k8s'), 'a/project.json': {}, 'a/openapi.yaml': '' };
    const options = { manifests: 'deploy/k8s', targetPrefix: 'ship-', dependsOn: { 'docker-release': ['prune'] } };
    const { targets } = (await infer(files, options))['a']!;
    expect(Object.keys(targets).every((name) => name.startsWith('ship-'))).toBe(true);
    expect(targets['ship-release']!.dependsOn).toEqual([
      ...['ship-toolchain', 'ship-api-lint', 'lint', 'test', 'build', 'prune'],
    ]);
    expect(targets['ship-docker-release']!.dependsOn).toEqual(['prune']);
  });

  it.each([
    ['{projectRoot} jest --watch', { 'a/project.json': { targets: { test: { command: 'jest --watch' } } } }],
    ['a continuous target', { 'a/project.json': { targets: { test: { continuous: true } } } }],
    ['an option', { 'a/project.json': { targets: { test: { executor: '@nx/jest:jest', options: { watch: true } } } } }],
    ['vitest', { 'package.json': { workspaces: ['a'] }, 'a/package.json': { scripts: { test: 'vitest' } } }],
  ])('waits for no test that runs until it is stopped: %s', async (_, files) => {
    const { targets } = (await infer({ ...service('a'), ...files }))['a']!;
    expect(targets['release']!.dependsOn).not.toContain('test');
    expect(targets['release']!.dependsOn).toContain('lint');
  });

  it.each(['vitest run', 'jest --watch=false', 'vitest --run', 'node --test'])('waits for %s', async (command) => {
    const { targets } = (await infer({ ...service('a'), 'a/project.json': { targets: { test: { command } } } }))['a']!;
    expect(targets['release']!.dependsOn).toContain('test');
  });

  it('never says docker, which `nx release` would take for an image of its own', async () => {
    const projects = await infer({ ...service('a'), 'a/project.json': {}, ...environment }, { infrastructure: 'ops' });
    expect(
      JSON.stringify(
        Object.values(projects).flatMap(({ targets }) =>
          Object.values(targets).map(({ metadata }) => metadata?.technologies),
        ),
      ),
    ).not.toContain('docker');
  });

  it('survives options that are wrong, and files that cannot be read, and names them', async () => {
    const files = { ...service('a'), 'a/project.json': {}, ...service('b'), 'b/project.json': '{' };
    const projects = await infer(files, { manifest: 'k8s' });
    expect(Object.keys(projects)).toEqual(['a', 'b']);
    expect(warned).toContain('in nx.json, there is no key "manifest" in `options`. Did you mean "manifests"?');
    rmSync(join(root, 'b/project.json'));
    mkdirSync(join(root, 'b/project.json'));
    expect(Object.keys(await infer(service('a')))).toEqual(['a']);
    const [, inferred] = createNodes;
    expect(await inferred(['b/project.json'], undefined, { workspaceRoot: root })).toEqual([]);
    expect(warned).toContain('could not read what b/project.json says');
  });
});
