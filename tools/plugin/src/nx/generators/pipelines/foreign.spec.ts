import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProjectGraph, Tree } from '@nx/devkit';
import { FsTree, flushChanges } from 'nx/src/generators/tree';
import type { RawOptions } from '../../executors/options/options.ts';
import { serviceTargets } from '../../graph/targets.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { syncPipelines } from '../sync-pipelines/generator.ts';
import { generatePipelines } from './generator.ts';

/** A repository whose workspace lies in `web`, on the disk: a tree in memory has nothing above itself. */
let repository: string;
const workspace = () => join(repository, 'web');

beforeEach(() => {
  jest.spyOn(console, 'log').mockReturnValue();
  repository = mkdtempSync(join(tmpdir(), 'poc pipelines '));
  const environment = { name: 'dev', order: 1, cluster: { context: 'shop' }, namespace: 'dev', registry: 'r.example' };
  write('web/Infrastructure/environments/dev.yaml', JSON.stringify({ ...environment, deploy: 'automatic' }));
  write('web/nx.json', '{}');
  write('web/package.json', '{ "packageManager": "pnpm@10.34.0" }');
  write('web/pnpm-lock.yaml', "lockfileVersion: '9.0'\n");
  write('web/.node-version', '22.11.0\n');
  write('web/services/shop/orders/Dockerfile', '');
  write('.git/refs/remotes/origin/HEAD', 'ref: refs/remotes/origin/master\n');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(repository, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const graph = () =>
  Promise.resolve({
    nodes: { orders: { name: 'orders', type: 'app', data: { root: 'services/shop/orders', targets: serviceTargets } } },
    dependencies: { orders: [] },
  } as unknown as ProjectGraph);

/** Runs a generator on what is on the disk. @returns the paths of what it changed. */
async function run(generator: (tree: Tree) => Promise<unknown>): Promise<string[]> {
  const tree = new FsTree(workspace(), false);
  await generator(tree);
  const changes = tree.listChanges();
  flushChanges(workspace(), changes);
  return changes.map(({ path }) => path).sort();
}
const generate = (options: RawOptions = { ci: 'github' }) => run((tree) => generatePipelines(tree, options, graph));
const sync = () => run((tree) => syncPipelines(tree, graph));

describe('pipelines of a workspace below the root of its repository', () => {
  it('go where GitHub looks for them, and stay in step', async () => {
    expect(await generate()).toEqual([
      '../.github/actions/workspace/action.yml',
      ...['ci', 'provision', 'release', 'rollback'].map((name) => `../.github/workflows/${name}.yml`),
      'nx.json',
    ]);
    const action = read('.github/actions/workspace/action.yml');
    expect(action).toContain('node-version-file: web/.node-version\n');
    expect(action).toContain('cache-dependency-path: web/pnpm-lock.yaml\n');
    expect(action).toMatch(/run: pnpm install .*\n +shell: bash\n +working-directory: web\n/);
    expect(read('.github/workflows/release.yml')).toContain('working-directory: web\n');
    expect(read('.github/workflows/provision.yml')).toContain('- web/Infrastructure/kubernetes/**\n');
    expect(await sync()).toEqual([]);
  });

  it('call targets by the prefix that they have here, and those of others as they are', async () => {
    const options = { targetPrefix: 'ship-', infrastructure: 'ops' };
    write('web/nx.json', JSON.stringify({ plugins: [{ plugin: '@poc/plugin', options }] }));
    write('web/ops/environments/dev.yaml', read('web/Infrastructure/environments/dev.yaml'));
    await generate({ ci: 'both' });
    const github = ['ci', 'provision', 'release', 'rollback'].map((name) => read(`.github/workflows/${name}.yml`));
    const azure = ['affected', 'release', 'provisioning'].map((name) =>
      read(`web/ops/pipelines/azure-pipelines.${name}.yml`),
    );
    const commands = [...github, ...azure].join('\n').match(/pnpm exec nx .*/g)!;
    expect(commands).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/run-many -t ship-release --only=build/),
        expect.stringMatching(/run infrastructure:ship-outdated --matrix/),
        expect.stringMatching(/run infrastructure:ship-provision/),
        expect.stringMatching(/run "\$SERVICE:ship-rollback"/),
        expect.stringMatching(/affected -t lint test build/),
        expect.stringMatching(/run-many -t toolchain ship-api-lint build/),
      ]),
    );
    expect(commands.filter((each) => /[ :](release|rollback|promote|outdated|provision|package)\b/.test(each))).toEqual(
      [],
    );
    expect(await sync()).toEqual([]);
  });

  it('name the main branch as that of origin, in nx.json too, which a clone of a CI knows alone', async () => {
    await generate();
    expect(JSON.parse(read('web/nx.json'))).toMatchObject({ defaultBase: 'master' });
    expect(read('.github/workflows/release.yml')).toContain('branches: [master]\n');
  });

  it('are found by Azure, for a service in any folder and without variables of its own', async () => {
    write('web/services/shop/orders/openapi.yaml', '');
    await generate({ ci: 'azure' });
    const template = read('web/Infrastructure/pipelines/templates/service.yml');
    expect(template).not.toContain('folders');
    expect(template).not.toContain('- template:');
    expect(template).toContain('- publish: web/services/shop/${{ parameters.service }}/openapi.yaml\n');
    expect(template).toContain('workingDirectory: $(Build.SourcesDirectory)/web\n');
    write('web/services/shop/orders/pipeline.variables.yml', 'variables:\n  trigger: paths\n');
    expect(await sync()).toContain('services/shop/orders/azure-pipelines.yml');
    expect(read('web/services/shop/orders/azure-pipelines.yml')).toContain(
      'template: /web/Infrastructure/pipelines/templates/service.yml\n',
    );
    expect(await sync()).toEqual([]);
  });
});

describe('workflows beside those of others', () => {
  const foreign = 'name: ci\non: push\n';

  it('take other names, and keep them', async () => {
    write('.github/workflows/ci.yml', foreign);
    const names = ['ci', 'provision', 'release', 'rollback'].map((name) => `../.github/workflows/services-${name}.yml`);
    expect(await generate()).toEqual(['../.github/actions/services-workspace/action.yml', ...names, 'nx.json']);
    expect(read('.github/workflows/services-release.yml')).toMatch(/^name: services-release$/m);
    expect(read('.github/workflows/services-release.yml')).toContain('group: services-release\n');
    rmSync(join(repository, '.github/workflows/ci.yml'));
    expect(await sync()).toEqual([]);
    expect(await generate()).toEqual([]);
  });

  it('move with what people wrote into them, when another name is asked for', async () => {
    await generate();
    const file = '.github/workflows/release.yml';
    write(
      file,
      read(file).replace('# region custom: setup build\n', '# region custom: setup build\n      - run: ours\n'),
    );
    await generate({ ci: 'github', prefix: 'deploy-' });
    expect(read('.github/workflows/deploy-release.yml')).toContain('- run: ours\n');
    expect(() => read(file)).toThrow();
    expect(() => read('.github/actions/workspace/action.yml')).toThrow();
    expect(await sync()).toEqual([]);
  });

  it('overwrite none of them, whatever name is asked for', async () => {
    write('.github/workflows/deploy-release.yml', foreign);
    const refused: unknown = await generate({ ci: 'github', prefix: 'deploy-' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect((refused as Refusal).explain()).toContain('`--prefix=services-`');
    expect(read('.github/workflows/deploy-release.yml')).toBe(foreign);
  });

  it.each(['Deploy-', '../', '1', true])('refuse the prefix %s', async (prefix) => {
    expect(await generate({ ci: 'github', prefix }).catch((error: unknown) => error)).toBeInstanceOf(Refusal);
  });
});

it.each([
  ['github', '.github/workflows/release.yml'],
  ['azure', 'web/Infrastructure/pipelines/azure-pipelines.affected.yml'],
])('the schedule that rebuilds is asked for once at %s, changed there, and kept', async (ci, file) => {
  await generate({ ci });
  expect(read(file)).not.toContain('--rebuild');
  await generate({ ci, rebuild: true });
  expect(read(file)).toContain('--rebuild');
  write(file, read(file).replace('23 3 * * 1', '5 4 * * *'));
  expect(await sync()).toEqual([]);
  await generate({ ci });
  expect(read(file)).toContain('5 4 * * *');
});
