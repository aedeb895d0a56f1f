import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { delimiter } from 'node:path';
import { buildTool } from '../../../../../local-platform/src/platform.ts';
import { LocalRenderers } from '../../../adapters/rendering/local-renderers.ts';
import { adopt } from './generator.ts';

/** A service for Kustomize, adopted with the tool itself. */

const folder = 'apps/shop/k8s';
const environment = (name: string, order: number) => `name: ${name}
order: ${order}
cluster: { context: local }
namespace: shop-${name}
registry: acr.example/shop
deploy: ${name === 'dev' ? 'automatic' : 'manual'}
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 1
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: proxy
          image: envoy:1
        - name: shop
          image: shop
          ports: [{ containerPort: 8080 }]
          lifecycle: { preStop: { sleep: { seconds: 0 } } }
          livenessProbe: { httpGet: { path: /alive, port: 8080 } }
`;
const service = `apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  selector: { app: shop }
  ports: [{ port: 80, targetPort: 8080 }]
`;
let renderer: LocalRenderers;

beforeAll(async () => {
  const path = [await buildTool('kustomize'), process.env['PATH']].join(delimiter);
  renderer = new LocalRenderers({ ...process.env, PATH: path });
}, 900_000);

function workspace(overlays: Readonly<Record<string, string>>): Tree {
  const tree = createTreeWithEmptyWorkspace();
  for (const [index, name] of ['dev', 'prod'].entries())
    tree.write(`Infrastructure/environments/${name}.yaml`, environment(name, index + 1));
  tree.write('apps/shop/Dockerfile', 'FROM scratch\nCOPY . /\n');
  tree.write('apps/shop/project.json', JSON.stringify({ name: 'shop' }));
  tree.write(`${folder}/base/kustomization.yaml`, 'resources: [deployment.yaml, service.yaml]\n');
  tree.write(`${folder}/base/deployment.yaml`, deployment);
  tree.write(`${folder}/base/service.yaml`, service);
  for (const [name, text] of Object.entries(overlays))
    tree.write(`${folder}/overlays/${name}/kustomization.yaml`, text);
  return tree;
}

async function run(tree: Tree) {
  const charts = { archive: () => Promise.reject(new Error('There is no registry.')) };
  const surroundings = { outside: () => Promise.resolve([]), renderer, charts };
  const { lines, isDone } = await adopt(tree, { name: 'shop', write: true }, surroundings);
  return { text: lines.join('\n'), isDone };
}

it('mends what each overlay makes by patches in it, keeps what is written, and finds nothing the second time', async () => {
  const tree = workspace({
    dev: 'resources: [../../base]\nnamePrefix: dev-\n',
    prod: '# Many.\nresources: [../../base]\npatches: [{ path: many.yaml }]\n',
  });
  const many = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: shop }\nspec: { replicas: 5 }\n';
  tree.write(`${folder}/overlays/prod/many.yaml`, many);
  const first = await run(tree);
  expect(first.text).toContain(`set to 2, by a patch in ${folder}/overlays/dev`);
  expect(first.text).toContain(`${folder}/overlays/prod/shop-disruptions.yaml added`);
  expect(first.isDone).toBe(true);
  const inDev = tree.read(`${folder}/overlays/dev/release-deployment-dev-shop.yaml`, 'utf8')!;
  expect(inDev).toMatch(/name: shop\n[^]*replicas: 2[^]*- name: shop\n[^]*seconds: 10/);
  const inProd = tree.read(`${folder}/overlays/prod/kustomization.yaml`, 'utf8')!;
  expect(inProd).toMatch(/^# Many\.\n[^]*many\.yaml[^]*release-deployment-shop\.yaml/);
  expect(tree.read(`${folder}/overlays/prod/release-deployment-shop.yaml`, 'utf8')).not.toContain('replicas');
  expect(tree.read(`${folder}/base/deployment.yaml`, 'utf8')).toBe(deployment);
  const before = tree.listChanges().map(({ path, content }) => `${path}: ${content}`);
  expect((await run(tree)).text).toContain('nothing to fix');
  expect(tree.listChanges().map(({ path, content }) => `${path}: ${content}`)).toEqual(before);
});

it('leaves what a kustomization sets after its patches, and what does not belong into git', async () => {
  const tree = workspace({ dev: 'resources: [../../base, secret.yaml]\nreplicas: [{ name: shop, count: 1 }]\n' });
  tree.write(
    `${folder}/overlays/dev/secret.yaml`,
    'apiVersion: v1\nkind: Secret\nmetadata: { name: keys }\nstringData: { key: hunter2-hunter2 }\n',
  );
  const { text, isDone } = await run(tree);
  expect(isDone).toBe(false);
  expect(text).toMatch(/spec\.replicas[^]*overlays\/dev\/kustomization\.yaml sets it after its patches/);
  expect(text).toMatch(/Secret keys holds data[^]*Take it out of apps\/shop\/k8s/);
  expect(text).not.toContain('hunter2');
});
