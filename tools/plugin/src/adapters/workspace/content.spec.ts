import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import { Refusal } from '../../model/errors/product-error.ts';
import { InMemorySourceRepository } from '../../../../twins/src/in-memory-source-repository.ts';
import { contentHash, contentOf } from './content.ts';
import { serviceIn } from './service.ts';

const namedInputs: NxJsonConfiguration['namedInputs'] = JSON.parse(
  readFileSync(join(__dirname, '../../../../../nx.json'), 'utf8'),
).namedInputs;

type Data = ProjectGraph['nodes'][string]['data'];

function graphOf(
  projects: Record<string, Partial<Data> & { needs?: string[] }>,
  npm: Record<string, string[]> = {},
): ProjectGraph {
  const edges = Object.entries({
    ...Object.fromEntries(Object.entries(projects).map(([name, { needs = [] }]) => [name, needs])),
    ...npm,
  });
  return {
    nodes: Object.fromEntries(
      Object.entries(projects).map(([name, { needs: _, ...data }]) => [
        name,
        { type: 'app', name, data: { root: `apps/${name}`, ...data } },
      ]),
    ),
    externalNodes: Object.fromEntries(
      Object.keys(npm).map((name) => {
        const packageName = name.replace('npm:', '');
        return [
          name,
          {
            type: 'npm',
            name: name as 'npm:x',
            data: { packageName, version: '1.0.0', hash: `sha512-${packageName}` },
          },
        ];
      }),
    ),
    dependencies: Object.fromEntries(
      edges.map(([source, targets]) => [source, targets.map((target) => ({ source, target, type: 'static' }))]),
    ),
  };
}

const graph = graphOf(
  {
    orders: { needs: ['money', 'npm:left-pad'] },
    payments: { needs: ['money'] },
    money: { root: 'libs/money', needs: ['text', 'npm:right-pad'] },
    text: { root: 'libs/text', needs: ['money'] },
    unused: { root: 'libs/unused', needs: ['npm:other'] },
    'orders-e2e': { root: 'apps/orders/e2e' },
  },
  { 'npm:left-pad': ['npm:pad'], 'npm:right-pad': [], 'npm:pad': ['npm:left-pad'], 'npm:other': [] },
);
const files = {
  'apps/orders/src/main.ts': 'main',
  'apps/orders/src/main.spec.ts': 'spec',
  'apps/orders/Dockerfile': 'FROM scratch',
  'apps/orders/k8s/deployment.yaml': 'kind: Deployment',
  'apps/orders/project.json': '{}',
  'apps/orders/README.md': '# Orders',
  'apps/orders/e2e/test.ts': 'e2e',
  'apps/orders-extra/main.ts': 'x',
  'apps/payments/src/main.ts': 'main',
  'libs/money/src/index.ts': 'money',
  'libs/money/package.json': '{}',
  'libs/money/.hidden': 'x',
  'libs/text/src/index.ts': 'text',
  'libs/unused/src/index.ts': 'unused',
  'package-lock.json': '{}',
  'shared/settings.json': '{}',
};
const orders = (inputs = namedInputs, of = graph) => serviceIn(of, { namedInputs: inputs }, 'orders');

describe('serviceIn', () => {
  it('follows dependencies to their ends, once', () => {
    const service = orders();
    expect(service.closure.map(({ root }) => root)).toEqual(['apps/orders', 'libs/money', 'libs/text']);
    expect([...service.packages].sort()).toEqual([
      'left-pad@1.0.0#sha512-left-pad',
      'pad@1.0.0#sha512-pad',
      'right-pad@1.0.0#sha512-right-pad',
    ]);
    expect(service.foreignRoots).toEqual(['apps/orders/e2e']);
  });

  it('refuses a name that is no project', () => {
    expect(() => serviceIn(graph, {}, 'ordres')).toThrow(Refusal);
    try {
      serviceIn(graph, {}, 'ordres');
    } catch (error) {
      expect((error as Refusal).explain()).toContain('Did you mean "orders"?');
    }
  });

  it('knows what targets make', () => {
    const outputs = ['{projectRoot}/dist', '{workspaceRoot}/dist/{projectRoot}', '{options.outputPath}'];
    const service = orders(namedInputs, graphOf({ orders: { targets: { build: { outputs } } } }));
    expect(service.closure[0]!.outputs).toEqual(['apps/orders/dist', 'dist/apps/orders']);
  });
});

describe('content of a service', () => {
  it('is the files of its closure, without docs and tests', async () => {
    const repository = new InMemorySourceRepository(files);
    const commit = await repository.headCommit();
    const { files: content } = await contentOf(orders(), repository, { commit });
    expect([...content.keys()].sort()).toEqual([
      'apps/orders/Dockerfile',
      'apps/orders/k8s/deployment.yaml',
      'apps/orders/project.json',
      'apps/orders/src/main.ts',
      'libs/money/.hidden',
      'libs/money/package.json',
      'libs/money/src/index.ts',
      'libs/text/src/index.ts',
    ]);
  });

  it.each([
    ['apps/orders/src/main.ts', true],
    ['apps/orders/src/new.ts', true],
    ['apps/orders/Dockerfile', true],
    ['apps/orders/k8s/prod.yaml', true],
    ['libs/money/package.json', true],
    ['libs/text/project.json', true],
    ['apps/orders/README.md', false],
    ['libs/money/src/index.spec.ts', false],
    ['libs/unused/src/index.ts', false],
    ['apps/payments/src/main.ts', false],
    ['apps/orders-extra/main.ts', false],
    ['apps/orders/e2e/test.ts', false],
    ['package-lock.json', false],
  ])('after a change of %s: changed is %s', async (path, changed) => {
    const repository = new InMemorySourceRepository(files);
    const service = orders();
    const before = await contentHash(service, repository, 'working-tree');
    expect(await contentHash(service, repository, { commit: await repository.headCommit() })).toBe(before);
    repository.write(path, 'changed');
    expect((await contentHash(service, repository, 'working-tree')) !== before).toBe(changed);
    const commit = repository.commit();
    expect((await contentHash(service, repository, { commit })) !== before).toBe(changed);
  });

  it('changes with the version of a package that is used, and of no other', async () => {
    const repository = new InMemorySourceRepository(files);
    const before = await contentHash(orders(), repository, 'working-tree');
    const bumped = (name: string) => {
      const copy = structuredClone(graph);
      copy.externalNodes![name]!.data.version = '2.0.0';
      return contentHash(orders(namedInputs, copy), repository, 'working-tree');
    };
    expect(await bumped('npm:pad')).not.toBe(before);
    expect(await bumped('npm:other')).toBe(before);
  });

  it.each([
    ['apps/orders/chart/templates/deployment.yaml', true],
    ['apps/orders/chart/charts/cache-1.0.0.tgz', true],
    ['apps/orders/k8s/overlays/prod/app.properties', true],
    ['apps/orders/chart/README.md', false],
  ])('takes in what is rendered, whatever the named input says: %s is %s', async (path, changed) => {
    const repository = new InMemorySourceRepository(files);
    const service = orders({ production: ['{projectRoot}/src/**/*'] });
    const before = await contentHash(service, repository, 'working-tree');
    repository.write(path, 'changed');
    expect((await contentHash(service, repository, 'working-tree')) !== before).toBe(changed);
  });

  it('always has the Dockerfile and the manifests', async () => {
    const repository = new InMemorySourceRepository(files);
    const only = { production: ['{projectRoot}/src/**/*', '!{projectRoot}/**/*.yaml'] };
    const { files: content } = await contentOf(orders(only), repository, 'working-tree');
    expect([...content.keys()].filter((path) => path.startsWith('apps/'))).toEqual([
      'apps/orders/src/main.ts',
      'apps/orders/src/main.spec.ts',
      'apps/orders/Dockerfile',
      'apps/orders/k8s/deployment.yaml',
    ]);
  });

  it.each<[string, NxJsonConfiguration['namedInputs'], string[]]>([
    ['no named inputs at all', {}, ['src/main.ts', 'src/main.spec.ts', 'README.md']],
    ['only default', { default: ['{projectRoot}/src/**/*'] }, ['src/main.ts', 'src/main.spec.ts']],
    [
      'patterns of Nx itself',
      {
        production: ['default', '!{projectRoot}/**/?(*.)+(spec|test).[jt]s?(x)?(.snap)'],
        default: ['{projectRoot}/**/*'],
      },
      ['src/main.ts', 'README.md'],
    ],
    [
      'nested inputs in a circle',
      {
        production: ['a', '^production', '!{projectRoot}/README.md'],
        a: ['b', { runtime: 'node -v' }],
        b: ['a', '{projectRoot}/**/*'],
      },
      ['src/main.ts', 'src/main.spec.ts'],
    ],
    [
      'a fileset, whatever the order',
      { production: ['!{projectRoot}/**/*.md', { fileset: '{projectRoot}/**/*' }] },
      ['src/main.ts', 'src/main.spec.ts'],
    ],
    ['a folder', { production: ['{projectRoot}/src'] }, ['src/main.ts', 'src/main.spec.ts']],
    [
      'a file of the workspace',
      { production: ['{projectRoot}/src/main.ts', '{workspaceRoot}/shared/*.json'] },
      ['src/main.ts', 'shared/settings.json'],
    ],
    [
      'a whole folder of the workspace but',
      { production: ['{workspaceRoot}/shared', '!{workspaceRoot}/shared/settings.json'] },
      [],
    ],
  ])('follows %s', async (_, inputs, expected) => {
    const repository = new InMemorySourceRepository(files);
    const { files: content } = await contentOf(orders(inputs), repository, 'working-tree');
    const some = ['src/main.ts', 'src/main.spec.ts', 'README.md']
      .map((path) => `apps/orders/${path}`)
      .concat('shared/settings.json');
    expect(some.filter((path) => content.has(path)).map((path) => path.replace('apps/orders/', ''))).toEqual(expected);
  });

  it("takes a project's own named inputs over those of nx.json", async () => {
    const repository = new InMemorySourceRepository(files);
    const own = graphOf({ orders: { namedInputs: { production: ['{projectRoot}/README.md'] } } });
    const { files: content } = await contentOf(orders(namedInputs, own), repository, 'working-tree');
    expect(content.has('apps/orders/README.md')).toBe(true);
    expect(content.has('apps/orders/src/main.ts')).toBe(false);
  });

  it('can be the whole workspace, and folders named like patterns', async () => {
    const repository = new InMemorySourceRepository({
      'main.ts': '',
      'k8s/a.yaml': '',
      'libs/[id]/x.ts': '',
      'libs/i/x.ts': '',
    });
    const of = graphOf({ orders: { root: '.', needs: ['id'] }, id: { root: 'libs/[id]' }, i: { root: 'libs/i' } });
    const { files: content } = await contentOf(orders(namedInputs, of), repository, 'working-tree');
    expect([...content.keys()]).toEqual(['main.ts', 'k8s/a.yaml', 'libs/[id]/x.ts']);
  });

  it('tells the packages that its own projects need from those that those need', () => {
    expect(serviceIn(graph, { namedInputs }, 'orders').directPackages).toEqual(['left-pad', 'right-pad']);
  });
});

describe('settings at the root', () => {
  const manifest = (fields: object) => JSON.stringify({ name: 'shop', ...fields });
  const aliases = (paths: object, target = 'ES2023') =>
    JSON.stringify({ compilerOptions: { target, baseUrl: '.', paths } });
  const targets = { build: { executor: '@nx/esbuild:esbuild', dependsOn: ['^build', 'codegen'] } };
  const built = graphOf(
    {
      orders: { needs: ['money', 'npm:left-pad'], targets },
      money: { root: 'libs/money' },
      other: { root: 'libs/other' },
    },
    { 'npm:left-pad': [], 'npm:@s/used': [], 'npm:unused': [] },
  );
  built.dependencies['npm:left-pad'] = [{ source: 'npm:left-pad', target: 'npm:@s/used', type: 'static' }];
  const nx = (targetDefaults: object) => JSON.stringify({ targetDefaults });

  it.each<[string, string | undefined, string | undefined, boolean]>([
    // Whatever is compiled with Node.js.
    ['tsconfig.base.json', aliases({}), aliases({}, 'ES2015'), true],
    ['tsconfig.base.json', aliases({}), `// a comment\n${aliases({})}`, false],
    [
      'tsconfig.base.json',
      aliases({ '@a/money': ['libs/money/a.ts'] }),
      aliases({ '@a/money': ['./libs/money/b.ts'] }),
      true,
    ],
    ['tsconfig.base.json', aliases({}), aliases({ '@a/other': ['libs/other/a.ts'] }), false],
    ['tsconfig.base.json', aliases({}), aliases({ '@a/*': ['libs/*/src'] }), true],
    ['tsconfig.json', '{"references":[]}', '{"references":[{"path":"libs/new"}]}', false],
    ['tsconfig.base.json', '{', '{{', true],
    ...['.npmrc', '.browserslistrc', '.pnpmfile.cjs', 'bunfig.toml', '.swcrc', 'babel.config.json'].map(
      (file): [string, undefined, string, boolean] => [file, undefined, 'x', true],
    ),
    ['package.json', manifest({}), manifest({ scripts: { a: 'b' }, devDependencies: { a: '1' } }), false],
    ['package.json', manifest({}), manifest({ browserslist: ['last 1 version'] }), true],
    ['package.json', manifest({}), manifest({ overrides: { '@s/used': '2.0.0' } }), true],
    ['package.json', manifest({}), manifest({ overrides: { unused: { 'other-one': '2.0.0' } } }), false],
    ['package.json', manifest({}), manifest({ resolutions: { '**/@s/used@npm:1.0.0': '2.0.0' } }), true],
    ['package.json', manifest({}), manifest({ pnpm: { overrides: { 'left-pad@1>x': '2.0.0' } } }), true],
    ['package.json', manifest({}), manifest({ workspaces: { catalog: { 'left-pad': '2.0.0' } } }), true],
    ['pnpm-workspace.yaml', 'packages: [a]', 'packages: [a, b]', false],
    ['pnpm-workspace.yaml', 'catalog: { left-pad: 1.0.0 }', 'catalog: { left-pad: 2.0.0 }', true],
    ['pnpm-workspace.yaml', 'catalogs: { a: { unused: 1.0.0 } }', 'catalogs: { a: { unused: 2.0.0 } }', false],
    ['pnpm-workspace.yaml', 'overrides: { left-pad: 1.0.0 }', 'overrides: { left-pad: 2.0.0 }', true],
    ['pnpm-workspace.yaml', '', 'patchedDependencies: { left-pad: tools/x.patch }', true],
    ['pnpm-workspace.yaml', 'nodeLinker: hoisted', 'nodeLinker: isolated', true],
    ['.yarnrc.yml', 'yarnPath: a', 'yarnPath: b', false],
    ['.yarnrc.yml', 'nodeLinker: pnp', 'nodeLinker: node-modules', true],
    ['patches/left-pad+1.0.0.patch', 'a', 'b', true],
    ['patches/unused+1.0.0.patch', 'a', 'b', false],
    ['patches/@s+used+1.0.0-beta.1+001+first.patch', undefined, 'b', true],
    ['patches/unused++left-pad+1.0.0.patch', undefined, 'b', true],
    ['patches/@s__used@1.0.0.patch', undefined, 'b', true],
    ['patches/@s%2Fused@1.0.0.patch', undefined, 'b', true],
    ['.yarn/patches/@s-used-npm-1.0.0-0123456789.patch', undefined, 'b', true],
    ['.yarn/patches/unused-npm-1.0.0-0123456789.patch', undefined, 'b', false],
    ['patches/of-whatever.patch', undefined, 'b', true],
    ['nx.json', nx({}), nx({ build: { options: { minify: true } } }), true],
    ['nx.json', nx({}), nx({ '@nx/esbuild:esbuild': { options: { minify: true } } }), true],
    ['nx.json', nx({}), nx({ 'code*': [{ filter: {}, options: { to: 'x' } }] }), true],
    ['nx.json', nx({}), nx({ 'docker-release': { options: { context: '.' } } }), true],
    [
      'nx.json',
      nx({}),
      nx({ build: { cache: true, inputs: ['production'] }, lint: { options: { fix: true } } }),
      false,
    ],
    ['nx.json', nx({}), JSON.stringify({ targetDefaults: {}, tui: { enabled: false } }), false],
  ])('of %s, from %j to %j: changed is %s', async (path, before, after, changed) => {
    const repository = new InMemorySourceRepository({
      'apps/orders/main.ts': 'x',
      ...(before === undefined ? {} : { [path]: before }),
    });
    const service = orders(namedInputs, built);
    const hashOf = async () => {
      const hash = await contentHash(service, repository, { commit: repository.commit() });
      expect(await contentHash(service, repository, 'working-tree')).toBe(hash);
      return hash;
    };
    const was = await hashOf();
    repository.write(path, after!);
    expect((await hashOf()) !== was).toBe(changed);
  });

  it('do not concern a service of another language, but for those of its target', async () => {
    const of = graphOf({ orders: { targets } });
    const hashWith = (files: Record<string, string>) => {
      const all = { 'apps/orders/main.go': '', ...files };
      return contentHash(orders(namedInputs, of), new InMemorySourceRepository(all), 'working-tree');
    };
    const hash = await hashWith({});
    expect(await hashWith({ '.npmrc': 'x', 'tsconfig.base.json': '{}', 'patches/a.patch': '' })).toBe(hash);
    expect(await hashWith({ 'nx.json': nx({ build: { options: { a: 1 } } }) })).not.toBe(hash);
  });
});
