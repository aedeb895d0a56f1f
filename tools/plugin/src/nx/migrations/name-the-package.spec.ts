import { addProjectConfiguration, readJson, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import nameThePackage from './name-the-package.ts';

const schema = 'schemas/environment.schema.json';
let tree: Tree;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  const plugins = ['@nx/docker', { plugin: './tools/nx/graph.cjs', options: { targetPrefix: 'poc-' } }];
  updateNxJson(tree, { ...readNxJson(tree), plugins });
  const targets = { release: { executor: './tools/nx:release' }, build: { executor: 'nx:run-commands' } };
  addProjectConfiguration(tree, 'shop', { root: 'apps/shop', targets });
  tree.write('Infrastructure/environments/dev.yaml', `# $schema=../../tools/plugin/${schema}\nname: dev\n`);
});

const files = () =>
  Object.fromEntries(tree.listChanges().map(({ path, content }) => [path, content?.toString()] as const));

describe('the migration to 0.1.0', () => {
  it('names the package instead of a copy of the sources', () => {
    nameThePackage(tree);
    expect(readNxJson(tree)?.plugins).toEqual([
      '@nx/docker',
      { plugin: '@poc/plugin', options: { targetPrefix: 'poc-' } },
    ]);
    expect(readJson(tree, 'apps/shop/project.json')).toMatchObject({
      targets: { release: { executor: '@poc/plugin:release' }, build: { executor: 'nx:run-commands' } },
    });
    expect(tree.read('Infrastructure/environments/dev.yaml', 'utf8')).toBe(
      `# $schema=../../node_modules/@poc/plugin/${schema}\nname: dev\n`,
    );
  });

  it('names it once where both were named', () => {
    updateNxJson(tree, { ...readNxJson(tree), plugins: ['@poc/plugin', './tools/nx/graph.cjs'] });
    nameThePackage(tree);
    expect(readNxJson(tree)?.plugins).toEqual(['@poc/plugin']);
  });

  it('changes nothing the second time', () => {
    nameThePackage(tree);
    const before = files();
    nameThePackage(tree);
    expect(files()).toEqual(before);
  });
});
