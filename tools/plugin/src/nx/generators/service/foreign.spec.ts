import { addProjectConfiguration, readJson, updateJson, writeJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { parse } from 'yaml';
import { Refusal } from '../../../model/errors/product-error.ts';
import { environmentsFolder } from '../../../model/environment/environment.ts';
import { removeService } from '../remove-service/generator.ts';
import { generateService } from './generator.ts';

let tree: Tree;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  writeJson(tree, 'package.json', { name: '@shop/source', private: true, devDependencies: { typescript: 'catalog:' } });
  tree.delete('tsconfig.base.json');
});

const textOf = (path: string) => tree.read(path, 'utf8')!;
const filesIn = (folder: string) =>
  tree.listChanges().flatMap(({ path, type }) => (path.startsWith(`${folder}/`) && type !== 'DELETE' ? [path] : []));

interface Project {
  $schema: string;
  name: string;
  sourceRoot: string;
  tags: string[];
  targets: Record<string, { outputs?: string[]; options?: { command?: string } }>;
}

/** Makes a workspace whose projects are packages, as Nx's preset `ts` does. */
function makeSolution(workspaces: unknown = ['packages/*']): void {
  updateJson(tree, 'package.json', (manifest: object) => ({ ...manifest, workspaces }));
  writeJson(tree, 'tsconfig.json', { files: [], references: [{ path: './packages/money' }] });
}

describe.each(['node', 'go', 'python', 'dotnet', 'none'])(
  'a service of the stack %s, elsewhere than at home',
  (stack) => {
    it('goes into any folder, and refers to nothing of this repository', async () => {
      await generateService(tree, { name: 'shipping', stack, directory: 'services/logistics/shipping' });
      const root = 'services/logistics/shipping';
      const project = readJson<Project>(tree, `${root}/project.json`);
      expect(project).toMatchObject({ name: 'shipping', tags: [] });
      expect(project.$schema).toBe('../../../node_modules/nx/schemas/project-schema.json');
      expect(project.sourceRoot).toMatch(/^services\/logistics\/shipping(\/src)?$/);
      const texts = filesIn(root).map(textOf).join('\n');
      expect(texts).not.toMatch(
        /@poc\/(?!plugin)|libs\/service-host|apps\/(?!v1)|module poc\/|jest|\.\.\/\.\.\/tsconfig/,
      );
      if (stack !== 'none') expect(project.targets['build']!.outputs).toContain('{projectRoot}/dist');
    });

    it('has a route where environments have a gateway, or when it is asked for', async () => {
      await generateService(tree, { name: 'alone', stack });
      expect(tree.exists('apps/alone/k8s/http-route.yaml')).toBe(false);
      await generateService(tree, { name: 'asked', stack, route: true });
      expect(tree.exists('apps/asked/k8s/http-route.yaml')).toBe(true);
      tree.write(`${environmentsFolder}/dev.yaml`, 'variables:\n  GATEWAY_NAME: g\n  ROUTE_HOSTNAME: h\n');
      await generateService(tree, { name: 'behind', stack });
      expect(filesIn('apps/behind/k8s')).toEqual(
        expect.arrayContaining(['apps/behind/k8s/http-route.yaml', 'apps/behind/k8s/dev.yaml']),
      );
      await generateService(tree, { name: 'hidden', stack, route: false });
      expect(filesIn('apps/hidden/k8s')).not.toContain('apps/hidden/k8s/dev.yaml');
    });

    it('has no variables for Azure where nobody uses it, and keeps what is built out of git', async () => {
      await generateService(tree, { name: 'shipping', stack, tags: 'type:app, team:a' });
      expect(tree.exists('apps/shipping/pipeline.variables.yml')).toBe(false);
      expect(readJson<Project>(tree, 'apps/shipping/project.json').tags).toEqual(['type:app', 'team:a']);
      expect(textOf('apps/shipping/.gitignore')).toMatch(/^dist\/$/m);
    });
  },
);

describe('a Node service elsewhere than at home', () => {
  it('adds what it is built with, where the workspace has none', async () => {
    await generateService(tree, { name: 'shipping' });
    expect(readJson(tree, 'package.json')).toMatchObject({
      devDependencies: { typescript: 'catalog:', esbuild: expect.any(String), '@types/node': expect.any(String) },
    });
  });

  it('lints where the workspace does', async () => {
    await generateService(tree, { name: 'shipping' });
    tree.write('eslint.config.mjs', '');
    await generateService(tree, { name: 'orders' });
    const lints = ['shipping', 'orders'].map(
      (name) => 'lint' in readJson<Project>(tree, `apps/${name}/project.json`).targets,
    );
    expect(lints).toEqual([false, true]);
  });

  it.each<[string, unknown, string, unknown]>([
    ['no pattern has', ['packages/*'], 'services/shipping', ['packages/*', 'services/shipping']],
    ['a pattern has', ['packages/*', 'services/*'], 'services/shipping', ['packages/*', 'services/*']],
    ['a deep pattern has', ['services/**'], 'services/a/b/shipping', ['services/**']],
    [
      'a pattern takes out',
      ['services/*', '!services/shipping'],
      'services/shipping',
      ['services/*', '!services/shipping', 'services/shipping'],
    ],
    [
      'an object of Yarn has',
      { packages: ['packages/*'], nohoist: [] },
      'apps/shipping',
      { packages: ['packages/*', 'apps/shipping'], nohoist: [] },
    ],
  ])('is a package where projects are, in a folder that %s', async (_, workspaces, directory, expected) => {
    makeSolution(workspaces);
    await generateService(tree, { name: 'shipping', directory });
    expect(readJson(tree, `${directory}/package.json`)).toMatchObject({
      name: '@shop/shipping',
      private: true,
      nx: { name: 'shipping', targets: { build: {} } },
    });
    expect(tree.exists(`${directory}/project.json`)).toBe(false);
    expect(readJson(tree, 'package.json')).toMatchObject({ workspaces: expected });
    expect(readJson(tree, 'tsconfig.json')).toMatchObject({
      references: [{ path: './packages/money' }, { path: `./${directory}` }],
    });
    expect(readJson(tree, `${directory}/tsconfig.json`)).toMatchObject({ compilerOptions: { composite: true } });
  });

  it("joins pnpm's workspaces, and keeps what people wrote there", async () => {
    makeSolution(undefined);
    tree.write('pnpm-workspace.yaml', '# Ours.\npackages:\n  - packages/*\ncatalog:\n  typescript: 5.9.3\n');
    await generateService(tree, { name: 'shipping' });
    expect(textOf('pnpm-workspace.yaml')).toContain('# Ours.');
    expect(parse(textOf('pnpm-workspace.yaml'))).toEqual({
      packages: ['packages/*', 'apps/shipping'],
      catalog: { typescript: '5.9.3' },
    });
  });

  it('has a scope where the projects of the workspace have one, or it is asked for', async () => {
    makeSolution();
    addProjectConfiguration(tree, '@shop/money', { root: 'packages/money' });
    await generateService(tree, { name: 'shipping' });
    const { name, nx } = readJson<{ name: string; nx: object }>(tree, 'apps/shipping/package.json');
    expect([name, 'name' in nx]).toEqual(['@shop/shipping', false]);
    expect(parse(textOf('apps/shipping/k8s/service.yaml'))).toMatchObject({ metadata: { name: 'shipping' } });
    await generateService(tree, { name: '@other/orders', stack: 'go' });
    expect(readJson(tree, 'apps/orders/project.json')).toMatchObject({ name: '@other/orders' });
  });

  it('leaves nothing behind when it is removed', async () => {
    makeSolution();
    tree.write('pnpm-lock.yaml', '');
    const before = textOf('package.json');
    await generateService(tree, { name: 'shipping', directory: 'services/shipping' });
    const nodes = { shipping: { name: 'shipping', type: 'app' as const, data: { root: 'services/shipping' } } };
    await removeService(
      tree,
      { name: 'shipping' },
      {
        projectGraph: () => Promise.resolve({ nodes, dependencies: {} }),
        dirtyPaths: () => Promise.resolve([]),
        filesMentioning: () => Promise.resolve([]),
      },
    );
    expect(filesIn('services')).toEqual([]);
    expect(readJson<{ workspaces: string[] }>(tree, 'package.json').workspaces).toEqual(
      (JSON.parse(before) as { workspaces: string[] }).workspaces,
    );
    expect(readJson(tree, 'tsconfig.json')).toMatchObject({ references: [{ path: './packages/money' }] });
  });

  it.each(['../shipping', '/srv/shipping', '.', 'a/../../b', 'a b'])('refuses the folder %s', async (directory) => {
    const before = tree.listChanges().length;
    const error: unknown = await generateService(tree, { name: 'shipping', directory }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Refusal);
    expect(tree.listChanges()).toHaveLength(before);
  });
});

it.each<[string, () => void, string]>([
  [
    'go.mod at the root',
    () => tree.write('go.mod', 'module example.com/shop\n\ngo 1.24\n'),
    'example.com/shop/apps/rates',
  ],
  [
    'the repository of package.json',
    () => setRepository('git+https://github.com/shop/web.git'),
    'github.com/shop/web/apps/rates',
  ],
  [
    'an address of ssh',
    () => setRepository({ type: 'git', url: 'git@github.com:shop/web.git' }),
    'github.com/shop/web/apps/rates',
  ],
  ['the scope of the workspace', () => undefined, 'shop/rates'],
])('a Go service is a module named after %s', async (_, prepare, module) => {
  prepare();
  await generateService(tree, { name: 'rates', stack: 'go' });
  expect(textOf('apps/rates/go.mod')).toMatch(new RegExp(`^module ${module.replaceAll('.', '\\.')}$`, 'm'));
});

function setRepository(repository: unknown): void {
  updateJson(tree, 'package.json', (manifest: object) => ({ ...manifest, repository }));
}
