import { readJson, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import type { RawOptions } from '../../executors/options/options.ts';
import { init } from './generator.ts';

function workspace(image = 'acr.example/team/shop:1'): Tree {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('apps/shop/project.json', JSON.stringify({ name: 'shop' }));
  tree.write('apps/shop/Dockerfile', 'FROM quay.io/other/base:1\n');
  tree.write(
    'compose.yaml',
    `services:\n  shop:\n    image: "${image}"\n  db:\n    image: docker.io/library/postgres\n`,
  );
  return tree;
}

const run = (tree: Tree, options: RawOptions = {}, context: string | undefined = 'kind-dev') =>
  init(tree, options, { currentContext: async () => context, reach: () => Promise.resolve() });

const textsOf = (tree: Tree) => new Map(tree.listChanges().map(({ path, content }) => [path, content?.toString()]));

it('registers what the plugin needs, and the environment as far as it is known', async () => {
  const tree = workspace();
  const { lines } = await run(tree);
  expect(readNxJson(tree)).toMatchObject({
    plugins: ['@poc/plugin'],
    sync: { globalGenerators: ['@poc/plugin:sync-pipelines'] },
    pluginsConfig: { '@nx/js': { analyzeSourceFiles: true } },
  });
  const file = tree.read('Infrastructure/environments/dev.yaml', 'utf8');
  expect(file).toMatch(/context: kind-dev[^]*namespace: dev\nregistry: acr.example\/team\ndeploy: automatic/);
  expect(lines.at(-1)).toBe('Next: nx g @poc/plugin:adopt shop, which reports what a release needs');
});

it('changes nothing the second time, and says so', async () => {
  const tree = workspace();
  await run(tree);
  const before = textsOf(tree);
  expect((await run(tree)).lines[0]).toBe('Nothing to change: @poc/plugin is set up.');
  expect(textsOf(tree)).toEqual(before);
});

it('keeps what others have set', async () => {
  const tree = workspace();
  tree.write('package.json', JSON.stringify({ devDependencies: { '@nx/js': '23.2.1' } }));
  const plugins = ['@nx/docker'];
  updateNxJson(tree, { ...readNxJson(tree), plugins, sync: { globalGenerators: ['a:b'] }, useDaemonProcess: true });
  await run(tree);
  expect(readNxJson(tree)).toMatchObject({
    plugins: ['@nx/docker', '@poc/plugin'],
    sync: { globalGenerators: ['a:b', '@poc/plugin:sync-pipelines'] },
    useDaemonProcess: true,
  });
  expect(readNxJson(tree)).not.toHaveProperty('pluginsConfig');
});

it('gives its targets a prefix where a service has one of such a name', async () => {
  const tree = workspace();
  tree.write('apps/shop/project.json', JSON.stringify({ name: 'shop', targets: { release: { command: 'true' } } }));
  const { lines } = await run(tree);
  expect(readNxJson(tree)!.plugins).toEqual([{ plugin: '@poc/plugin', options: { targetPrefix: 'poc-' } }]);
  expect(lines[0]).toContain('there is shop:release');
});

it.each([
  [workspace('shop'), 'kind-dev', 'no manifest names a registry', '--context=kind-dev --registry=HOST/PATH'],
  [workspace(), undefined, 'no kubeconfig says which cluster', '--context=CONTEXT --registry=acr.example/team'],
])('makes nothing up', async (tree, context, why, next) => {
  const { lines } = await init(tree, {}, { currentContext: async () => context, reach: () => Promise.resolve() });
  expect(tree.exists('Infrastructure')).toBe(false);
  expect(lines.join('\n')).toMatch(new RegExp(`${why}[^]*Next: nx g @poc/plugin:environment dev ${next}`));
});

it('names all registries where there are several', async () => {
  const tree = workspace();
  tree.write('other.yaml', 'image: ghcr.io/us/shop:2\n');
  expect((await run(tree)).lines.join('\n')).toContain('manifests name acr.example/team and ghcr.io/us');
});

it('takes every answer as an option', async () => {
  const tree = workspace('shop');
  await run(tree, { env: 'test', context: 'a', registry: 'localhost:5000', namespace: 'n' }, undefined);
  const file = tree.read('Infrastructure/environments/test.yaml', 'utf8');
  expect(file).toMatch(/name: test[^]*context: a[^]*namespace: n\nregistry: localhost:5000/);
  const none = workspace();
  await run(none, { skipEnvironment: true });
  expect(none.exists('Infrastructure')).toBe(false);
});

it('refuses a target that deploys and is cached, before anything is written', async () => {
  const tree = workspace();
  updateNxJson(tree, { ...readNxJson(tree), targetDefaults: { release: { cache: true } } });
  await expect(run(tree)).rejects.toMatchObject({
    facts: { type: 'bad-setting', remedy: expect.stringContaining('--prefix') },
  });
  expect(readJson(tree, 'nx.json')).not.toHaveProperty('sync');
  await run(tree, { prefix: 'ship-' });
});
