import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { parse } from 'yaml';
import type { RawOptions } from '../../executors/options/options.ts';
import { environmentsFolder, type Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { isEnvironmentFile, parseEnvironments } from '../../../adapters/workspace/environments.ts';
import { generateEnvironment } from './generator.ts';
import { copyOverlay } from './rendered-overlays.ts';

const preprod = `# yaml-language-server: $schema=../../tools/plugin/schemas/environment.schema.json
name: preprod
order: 2
cluster:
  context: shop
  aks: { resourceGroup: shop, name: shop }
namespace: shop-preprod
registry: acr.example/shop
url: https://preprod.example
deploy: automatic
facade: { kind: api-management, subscription: 6f1b2c3d-0000-4000-8000-0123456789ab, resourceGroup: a, name: b }
# Long enough for the night.
soak: 12h
variables:
  # The gateway that all share.
  GATEWAY_NAME: public
  ROUTE_HOSTNAME: preprod.example
  VERSION: 1.10
  READERS: preprod-readers
  OTHERS: apreprod
`;

const environmentOf = (name: string, order: number) =>
  `name: ${name}\norder: ${order} # its place\ncluster: { context: shop }\nnamespace: ${name}\nregistry: acr.example/shop\ndeploy: manual\n`;

function newWorkspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  tree.write(`${environmentsFolder}/dev.yaml`, environmentOf('dev', 1));
  tree.write(`${environmentsFolder}/preprod.yaml`, preprod);
  tree.write(`${environmentsFolder}/prod.yml`, environmentOf('prod', 3));
  tree.write(`${environmentsFolder}/dr.yaml`, environmentOf('dr', 7));
  for (const name of ['orders', 'worker']) {
    tree.write(`apps/${name}/project.json`, JSON.stringify({ name }));
    tree.write(`apps/${name}/Dockerfile`, '');
    tree.write(`apps/${name}/k8s/deployment.yaml`, `kind: Deployment\nmetadata: { name: ${name} }\n`);
  }
  tree.write('apps/orders/k8s/route.yaml', 'kind: HTTPRoute\nmetadata: { name: orders }\nspec: { rules: [] }\n');
  return tree;
}

const reachable = () => Promise.resolve();

/** The environments that there are afterwards, and the one that was added. */
async function generate(options: RawOptions, tree = newWorkspace()) {
  await generateEnvironment(tree, options, reachable);
  const path = `${environmentsFolder}/${String(options['name'])}.yaml`;
  const files = tree.children(environmentsFolder).filter(isEnvironmentFile);
  const paths = files.map((file) => `${environmentsFolder}/${file}`);
  const texts = new Map(paths.map((each) => [each, tree.read(each, 'utf8')!]));
  const environments = await parseEnvironments(texts);
  const added = environments.find(({ name }) => name === options['name'])!;
  return { tree, text: tree.read(path, 'utf8')!, environments, added };
}

const orders = (environments: readonly Environment[]) =>
  Object.fromEntries(environments.map(({ name, order }) => [name, order]));

it('takes over what no option tells, and nothing that says how careful to be', async () => {
  const { text, added } = await generate({ name: 'staging', after: 'preprod' });
  expect(text).toMatchInlineSnapshot(`
   "# yaml-language-server: $schema=../../tools/plugin/schemas/environment.schema.json
   name: staging
   order: 3
   cluster:
     context: shop
     aks: { resourceGroup: shop, name: shop }
   namespace: staging
   registry: acr.example/shop
   deploy: manual
   variables:
     # The gateway that all share.
     GATEWAY_NAME: public
     VERSION: 1.10
     READERS: staging-readers
     OTHERS: apreprod
   "
  `);
  expect(added).toEqual({
    name: 'staging',
    order: 3,
    cluster: { context: 'shop', aks: { resourceGroup: 'shop', name: 'shop' } },
    namespace: 'staging',
    registry: 'acr.example/shop',
    deploy: 'manual',
    allowDirty: false,
    protected: false,
    variables: { GATEWAY_NAME: 'public', VERSION: '1.10', READERS: 'staging-readers', OTHERS: 'apreprod' },
  });
});

it('takes over what the machines are with the cluster, and not without it', async () => {
  const workspaceWith = () => {
    const tree = newWorkspace();
    tree.write(`${environmentsFolder}/preprod.yaml`, `${preprod}platforms: [linux/arm64]\n`);
    return tree;
  };
  const same = await generate({ name: 'staging', after: 'preprod' }, workspaceWith());
  expect(same.added.platforms).toEqual(['linux/arm64']);
  const other = await generate({ name: 'staging', after: 'preprod', context: 'other' }, workspaceWith());
  expect(other.added.platforms).toBeUndefined();
});

it('takes what options tell', async () => {
  const { added } = await generate({
    ...{ name: 'staging', after: 'preprod', context: 'other', namespace: 'shop-staging', registry: 'localhost:5000' },
    ...{ url: 'https://staging.example:8443/', deploy: 'automatic', protected: true },
  });
  expect(added).toMatchObject({
    cluster: { context: 'other' },
    namespace: 'shop-staging',
    registry: 'localhost:5000',
    url: 'https://staging.example:8443/',
    deploy: 'automatic',
    protected: true,
    variables: { ROUTE_HOSTNAME: 'staging.example' },
  });
  expect(added.cluster).toEqual({ context: 'other' });
});

it('comes behind the environment it is told, and moves up only those in its way', async () => {
  const { environments, tree } = await generate({ name: 'staging', after: 'preprod' });
  expect(orders(environments)).toEqual({ dev: 1, preprod: 2, staging: 3, prod: 4, dr: 7 });
  expect(tree.read(`${environmentsFolder}/prod.yml`, 'utf8')).toBe(environmentOf('prod', 4));
});

it('refuses the namespace of another environment, unless it is in another cluster', async () => {
  const options = { name: 'staging', namespace: 'prod' };
  await expect(generate(options)).rejects.toMatchObject({
    facts: { type: 'bad-environment', reason: 'The namespace prod of this cluster is that of prod.' },
  });
  expect((await generate({ ...options, context: 'other' })).added).toMatchObject({ namespace: 'prod' });
});

it('comes last, or where its number says', async () => {
  expect(orders((await generate({ name: 'staging' })).environments)).toMatchObject({ dr: 7, staging: 8 });
  const between = await generate({ name: 'staging', order: 5 });
  expect(orders(between.environments)).toEqual({ dev: 1, preprod: 2, prod: 3, staging: 5, dr: 7 });
  const first = await generate({ name: 'staging', order: 0 });
  expect(first.environments[0]).toMatchObject({ name: 'staging', order: 0 });
});

it('has routes name its host, where its address has a name', async () => {
  const { tree } = await generate({ name: 'staging', after: 'preprod', url: 'https://staging.example' });
  expect(parse(tree.read('apps/orders/k8s/staging.yaml', 'utf8')!)).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders' },
    spec: { hostnames: ['${ROUTE_HOSTNAME}'] },
  });
  expect(tree.exists('apps/worker/k8s/staging.yaml')).toBe(false);
  const unnamed = await generate({ name: 'staging', after: 'preprod', url: 'http://127.0.0.1:8088' });
  expect(unnamed.added.variables).not.toHaveProperty('ROUTE_HOSTNAME');
  expect(unnamed.tree.exists('apps/orders/k8s/staging.yaml')).toBe(false);
});

it("takes over the cluster's own configuration, where it differs", async () => {
  const tree = newWorkspace();
  tree.write('Infrastructure/kubernetes/preprod.yaml', '# Merged when they go to preprod.\nkind: Service\n');
  await generate({ name: 'staging', after: 'preprod' }, tree);
  const text = tree.read('Infrastructure/kubernetes/staging.yaml', 'utf8');
  expect(text).toBe('# Merged when they go to staging.\nkind: Service\n');
});

it('is the first one, given all it needs', async () => {
  const tree = createTreeWithEmptyWorkspace();
  const { added } = await generate(
    { name: 'dev', context: 'shop', registry: 'acr.example', deploy: 'automatic' },
    tree,
  );
  expect(added).toMatchObject({ name: 'dev', order: 1, namespace: 'dev', cluster: { context: 'shop' }, variables: {} });
});

it('describes the environments of this repository as they are', async () => {
  const tree = createTreeWithEmptyWorkspace();
  const folder = join(__dirname, '../../../../../..', environmentsFolder);
  for (const file of ['dev.yaml', 'preprod.yaml', 'prod.yaml'])
    tree.write(`${environmentsFolder}/${file}`, readFileSync(join(folder, file), 'utf8'));
  const { text, environments } = await generate({ name: 'staging', after: 'preprod', url: 'http://s.localhost' }, tree);
  expect(environments.map(({ name }) => name)).toEqual(['dev', 'preprod', 'staging', 'prod']);
  expect(text.match(/yaml-language-server/g)).toHaveLength(1);
});

it('only warns of a context that is not known here', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  jest.spyOn(console, 'log').mockImplementation(() => {});
  const refusal = new Refusal({
    type: 'no-such-context',
    doing: 'reach it',
    reason: 'It has no context.',
    remedy: 'Add it.',
  });
  const tree = newWorkspace();
  const then = await generateEnvironment(tree, { name: 'staging' }, () => Promise.reject(refusal));
  await then();
  expect(warn.mock.lastCall?.[0]).toContain('It has no context.');
  expect(tree.exists(`${environmentsFolder}/staging.yaml`)).toBe(true);
});

it.each<[string, RawOptions, string]>([
  ['no name', {}, 'Name must'],
  ['no label', { name: 'Staging' }, 'Name must look like "preprod" (a DNS label).'],
  ['a path', { name: '../x' }, 'Name must look like'],
  ['a second word', { name: 'staging', _: ['preprod'] }, 'Unexpected argument: `preprod`.'],
  ['a misspelt option', { name: 'staging', ordr: 3 }, 'A similar option is `--order`.'],
  ['one that exists', { name: 'prod' }, 'It exists already.'],
  ['an order that is taken', { name: 'staging', order: 3 }, 'prod has the order 3.'],
  ['an order that is none', { name: 'staging', order: 2.5 }, '"2.5" cannot be its order.'],
  ['two places', { name: 'staging', order: 4, after: 'preprod' }, '--after and --order exclude one another.'],
  ['a place behind nothing', { name: 'staging', after: 'preprd' }, 'Did you mean "preprod"?'],
  ['a registry with a scheme', { name: 'staging', registry: 'https://acr.example' }, 'Registry must look like'],
  ['an address without a scheme', { name: 'staging', url: 'staging.example' }, 'Url must look like'],
  ['another way to deploy', { name: 'staging', deploy: 'never' }, 'Deploy must be one of automatic, manual.'],
  ['a namespace that cannot be', { name: 'staging', namespace: 'Staging' }, 'Namespace must look like'],
  ['a name that manifests have', { name: 'deployment' }, 'apps/orders/k8s/deployment.yaml, which exists already.'],
])('refuses %s, and writes nothing', async (_, options, reason) => {
  const tree = newWorkspace();
  const before = tree.listChanges().map(({ path, content }) => [path, content?.toString()]);
  const error: unknown = await generateEnvironment(tree, options, reachable).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).explain()).toContain(reason);
  expect(tree.listChanges().map(({ path, content }) => [path, content?.toString()])).toEqual(before);
});

it('refuses to be the first one without what it cannot take over', async () => {
  const tree = createTreeWithEmptyWorkspace();
  const error: unknown = await generateEnvironment(tree, { name: 'dev' }, reachable).catch((thrown: unknown) => thrown);
  expect((error as Refusal).facts).toMatchObject({ remedy: 'Pass `--context` and `--registry`.' });
});

describe('services whose manifests are rendered', () => {
  function rendered(): Tree {
    const tree = newWorkspace();
    tree.delete('apps/orders/k8s');
    tree.write('apps/orders/k8s/base/kustomization.yaml', 'resources: [route.yaml]\n');
    tree.write('apps/orders/k8s/base/route.yaml', 'kind: HTTPRoute\nmetadata: { name: orders }\nspec: { rules: [] }\n');
    tree.write('apps/orders/k8s/overlays/prod/kustomization.yaml', 'resources: [../../base]\nnameSuffix: -prod\n');
    tree.write('apps/orders/k8s/overlays/prod/patches/prod.yaml', 'a: 1\n');
    tree.delete('apps/worker/k8s');
    tree.write('apps/worker/chart/Chart.yaml', 'name: worker\n');
    tree.write('apps/worker/chart/values-dev.yaml', 'replicas: 1\n');
    tree.write('apps/worker/chart/values-prod.yaml', 'replicas: 3\n');
    return tree;
  }

  it('get the overlay and the values of the nearest environment', async () => {
    const tree = rendered();
    await generate({ name: 'qa', order: 4, url: 'https://qa.example' }, tree);
    expect(tree.read('apps/orders/k8s/overlays/qa/kustomization.yaml', 'utf8')).toContain('../../base');
    expect(tree.exists('apps/orders/k8s/overlays/qa/patches/prod.yaml')).toBe(true);
    expect(tree.read('apps/worker/chart/values-qa.yaml', 'utf8')).toBe('replicas: 3\n');
    // Kustomize would not read that.
    expect(tree.exists('apps/orders/k8s/qa.yaml')).toBe(false);
  });

  it('are copied with a word on what still names the other one', () => {
    const tree = rendered();
    expect(copyOverlay(tree, { service: 'orders', root: 'apps/orders' }, 'qa', ['dev', 'prod'])).toEqual([
      'apps/orders/k8s/overlays/qa/kustomization.yaml is a copy of apps/orders/k8s/overlays/prod/kustomization.yaml, and names prod in line 2: correct that.',
      'apps/orders/k8s/overlays/qa/patches/prod.yaml is a copy of apps/orders/k8s/overlays/prod/patches/prod.yaml.',
    ]);
    expect(copyOverlay(tree, { service: 'worker', root: 'apps/worker' }, 'qa', ['preprod'])).toEqual([]);
  });
});
