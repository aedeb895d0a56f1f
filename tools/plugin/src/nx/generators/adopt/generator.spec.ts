import { readJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { InMemoryRenderer } from '../../../../../twins/src/in-memory-renderer.ts';
import type { RawOptions } from '../../executors/options/options.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { setPlaces } from '../../../model/workspace/places.ts';
import { defaultOptions } from '../../../model/workspace/plugin-options.ts';
import { adopt } from './generator.ts';

const environment = `name: dev
order: 1
cluster: { context: local }
namespace: shop-dev
registry: acr.example/shop
deploy: automatic
`;
const manifests = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: default
spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: server
        image: gcr.io/demo/${name}:v1 # replaced
        ports:
        - containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - port: 80
    targetPort: 8080
`;
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: keys }\nstringData: { key: hunter2-hunter2 }\n';

/** A workspace as of somebody who never saw this plugin. */
function workspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('Infrastructure/environments/dev.yaml', environment);
  tree.write('lib.txt', '');
  tree.write('src/cart/Dockerfile', 'FROM scratch\nCOPY lib.txt /\n');
  tree.write('src/cart/project.json', JSON.stringify({ name: 'cart' }));
  tree.write('src/mail/Dockerfile', 'FROM scratch\nCOPY . /\n');
  for (const name of ['cart', 'mail']) tree.write(`kubernetes/${name}.yaml`, manifests(name));
  tree.write('src/cart/k8s/secret.yaml', secret);
  tree.write('src/cart/k8s/cart.yaml', tree.read('kubernetes/cart.yaml')!);
  tree.delete('kubernetes/cart.yaml');
  return tree;
}

const charts = { archive: () => Promise.reject(new Error('There is no registry.')) };
const run = (tree: Tree, options: RawOptions, left: { finding: string; hint: string }[] = []) =>
  adopt(tree, options, { outside: () => Promise.resolve(left), renderer: new InMemoryRenderer(), charts });

const textsOf = (tree: Tree) => new Map(tree.listChanges().map(({ path, content }) => [path, content?.toString()]));

it('reports all in one list, and changes nothing without --write', async () => {
  const tree = workspace();
  const before = textsOf(tree);
  const { lines, isDone } = await run(tree, { name: 'cart' });
  expect(isDone).toBe(false);
  expect(lines.join('\n')).toMatch(
    /would refuse, 8 of them fixed by --write[^]*Dockerfile:2: COPY lib.txt[^]*Secret keys holds data[^]*spec.replicas/,
  );
  expect(lines.at(-1)).toContain('nx g @poc/plugin:adopt cart --write');
  expect(textsOf(tree)).toEqual(before);
});

it('reads environments where nx.json says they are, and names that folder', async () => {
  const tree = workspace();
  tree.write('nx.json', JSON.stringify({ plugins: [{ plugin: '@poc/plugin', options: { infrastructure: 'ops' } }] }));
  tree.rename('Infrastructure/environments/dev.yaml', 'ops/environments/dev.yaml');
  tree.rename('kubernetes/mail.yaml', 'ops/kubernetes/mail.yaml');
  const { lines } = await run(tree, { all: true, write: true });
  setPlaces(defaultOptions);
  expect(lines.join('\n')).toContain('SOPS in ops/kubernetes');
  expect(lines.join('\n')).not.toContain('There is no *.yaml file');
  // What is the cluster's own is no service's.
  expect(tree.exists('ops/kubernetes/mail.yaml')).toBe(true);
});

it('takes the name of a folder that says more than what lies in it', async () => {
  const tree = workspace();
  tree.write('services/stock/src/Dockerfile', 'FROM scratch\nCOPY . /\n');
  tree.write('services/app/Dockerfile', 'FROM scratch\nCOPY . /\n');
  tree.write('src/Dockerfile', 'FROM scratch\nCOPY . /\n');
  const { lines } = await run(tree, { all: true });
  expect(lines.join('\n')).toMatch(/^app \(services\/app\): /m);
  expect(lines.join('\n')).toMatch(/^stock \(services\/stock\/src\): /m);
  expect(lines.join('\n')).toMatch(/^src \(src\): /m);
});

describe('a Dockerfile below the folder of a project', () => {
  const targetOf = (tree: Tree) =>
    readJson<{ targets?: Record<string, { options: object }> }>(tree, 'src/cart/project.json').targets?.[
      'docker-release'
    ];

  function below(path: string, text: string): Tree {
    const tree = workspace();
    tree.delete('src/cart/Dockerfile');
    tree.write(path, text);
    tree.write('src/cart/src/main.txt', '');
    return tree;
  }

  it('is that of the project, built from where it lay', async () => {
    const tree = below('src/cart/src/Dockerfile', 'FROM scratch\nCOPY main.txt /\n');
    tree.write('src/cart/src/Dockerfile.dockerignore', 'x\n');
    const { lines } = await run(tree, { all: true, write: true });
    expect(lines.join('\n')).toContain(
      'moved to src/cart/Dockerfile, with docker-release, build.context "src/cart/src"',
    );
    expect(tree.exists('src/cart/src/project.json')).toBe(false);
    expect(tree.read('src/cart/Dockerfile', 'utf8')).toBe('FROM scratch\nCOPY main.txt /\n');
    expect(['Dockerfile', 'Dockerfile.dockerignore'].map((name) => tree.exists(`src/cart/src/${name}`))).toEqual([
      false,
      false,
    ]);
    expect(tree.exists('src/cart/Dockerfile.dockerignore')).toBe(true);
    expect(targetOf(tree)).toEqual({ options: { build: { context: 'src/cart/src' } } });
    expect((await run(tree, { name: 'cart' })).isDone).toBe(true);
  });

  it.each([
    ['COPY src/main.txt /', undefined],
    ['COPY lib.txt /', '.'],
    ['COPY . /', 'src/cart/docker'],
  ])('is built from the folder that has what it copies: %s', async (copy, context) => {
    const tree = below('src/cart/docker/Dockerfile', `FROM scratch\n${copy}\n`);
    await run(tree, { name: 'cart', write: true });
    expect((targetOf(tree)?.options as { build?: { context: string } } | undefined)?.build?.context).toBe(context);
  });

  it('is taken once, and the others are named', async () => {
    const tree = below('src/cart/a/b/Dockerfile', 'FROM scratch\n');
    tree.write('src/cart/src/Dockerfile', 'FROM scratch\n');
    tree.write('src/cart/tests/Dockerfile', 'FROM scratch\n');
    const { lines } = await run(tree, { name: 'cart' });
    expect(lines.join('\n')).toContain('build.context "src/cart/src"; not taken: src/cart/a/b/Dockerfile\n');
  });

  it('stays where it has manifests of its own, or the project around is that of the workspace', async () => {
    const tree = workspace();
    tree.write('project.json', JSON.stringify({ name: 'all' }));
    tree.write('src/cart/worker/Dockerfile', 'FROM scratch\n');
    tree.write('src/cart/worker/k8s/worker.yaml', manifests('worker'));
    const { lines } = await run(tree, { all: true });
    expect(lines.join('\n')).toMatch(/^worker \(src\/cart\/worker\): [^]*^mail \(src\/mail\): /m);
  });

  it('may be called Containerfile, and gets the name that is looked for', async () => {
    const tree = below('src/cart/Containerfile', 'FROM scratch\nCOPY src/main.txt /\n');
    const { lines } = await run(tree, { name: 'cart', write: true });
    expect(lines.join('\n')).toMatch('src/cart/Containerfile is not src/cart/Dockerfile');
    expect(tree.exists('src/cart/Containerfile')).toBe(false);
    expect(tree.exists('src/cart/Dockerfile')).toBe(true);
    expect(targetOf(tree)).toBeUndefined();
  });
});

it('mends it, keeps what was a secret where git and images do not have it, and shows no value', async () => {
  const tree = workspace();
  const { lines, isDone } = await run(tree, { name: 'cart', write: true });
  expect(isDone).toBe(true);
  expect(readJson(tree, 'src/cart/project.json')).toEqual({
    name: 'cart',
    targets: { 'docker-release': { options: { build: { context: '.' } } } },
  });
  expect(tree.exists('src/cart/k8s/secret.yaml')).toBe(false);
  expect(tree.read('.secrets/cart-keys.yaml', 'utf8')).toContain('hunter2-hunter2');
  for (const file of ['.gitignore', '.dockerignore'])
    expect(tree.read(file, 'utf8')!.split('\n')).toContain('.secrets/');
  expect(lines.join('\n')).not.toContain('hunter2');
  expect(lines.join('\n')).toContain('external-secrets, or SOPS');
  expect(tree.read('src/cart/k8s/cart.yaml', 'utf8')).toContain('image: gcr.io/demo/cart:v1 # replaced');
});

it('makes a project of a folder with a Dockerfile, and brings its manifests there', async () => {
  const tree = workspace();
  const { isDone } = await run(tree, { all: true, write: true });
  expect(isDone).toBe(true);
  expect(readJson(tree, 'src/mail/project.json')).toMatchObject({ name: 'mail' });
  expect(tree.exists('kubernetes/mail.yaml')).toBe(false);
  expect(tree.read('src/mail/k8s/mail.yaml', 'utf8')).toContain('readinessProbe');
});

it('finds nothing the second time', async () => {
  const tree = workspace();
  await run(tree, { all: true, write: true });
  const before = textsOf(tree);
  const { lines, isDone } = await run(tree, { all: true, write: true });
  expect(isDone).toBe(true);
  expect(lines.filter((line) => line.endsWith('nothing to fix.'))).toHaveLength(2);
  expect(textsOf(tree)).toEqual(before);
});

it('takes a package.json for a project, and writes its options there', async () => {
  const tree = workspace();
  tree.delete('src/cart/project.json');
  tree.write('src/cart/package.json', JSON.stringify({ name: '@demo/cart' }));
  tree.write('package.json', JSON.stringify({ name: 'demo', workspaces: ['src/*'] }));
  expect((await run(tree, { name: '@demo/cart', write: true })).isDone).toBe(true);
  expect(readJson(tree, 'src/cart/package.json')).toMatchObject({
    nx: { targets: { 'docker-release': { options: { build: { context: '.' } } } } },
  });
});

it('tells of what is wrong outside, and of a missing environment, in the same list', async () => {
  const tree = workspace();
  tree.delete('Infrastructure/environments/dev.yaml');
  const outside = [{ finding: 'git, origin: It could not be reached.', hint: 'Look at the network.' }];
  const { lines, isDone } = await run(tree, { name: 'mail', write: true }, outside);
  expect(isDone).toBe(false);
  expect(lines.join('\n')).toMatch(/Besides:[^]*no \*\.yaml file[^]*plugin:environment dev[^]*git, origin[^]*Look at/);
});

it('writes down which container is meant, and why downtime is accepted', async () => {
  const tree = workspace();
  const sidecar = '      containers:\n      - name: proxy\n        image: envoy:1\n';
  const text = manifests('mail').replace('      containers:\n', sidecar).replace('gcr.io/demo/mail', 'other');
  tree.write('kubernetes/mail.yaml', text);
  tree.write('src/mail/k8s/mail.yaml', text);
  const { lines, isDone } = await run(tree, { name: 'mail', write: true });
  expect([isDone, lines.join('\n')]).toEqual([false, expect.stringContaining('has the container server (other:v1)')]);
  const options = { name: 'mail', write: true, container: 'server', 'allow-downtime': 'It has one pod.' };
  expect((await run(tree, options)).isDone).toBe(true);
  expect(tree.read('src/mail/k8s/mail.yaml', 'utf8')).toContain('poc.dev/allow-downtime: It has one pod.');
});

it('refuses what is no service, with the ones that there are', async () => {
  await expect(run(workspace(), { name: 'crat' })).rejects.toThrow(Refusal);
  await expect(run(workspace(), {})).rejects.toMatchObject({
    facts: { remedy: expect.stringContaining('cart, mail') },
  });
});

it('says which line of a template and which value to change in a chart, and changes nothing there', async () => {
  const tree = workspace();
  for (const path of ['secret.yaml', 'cart.yaml']) tree.delete(`src/cart/k8s/${path}`);
  const [deployment, service] = manifests('cart').split('---\n') as [string, string];
  const template = deployment
    .replace('  namespace: default\n', '')
    .replace('spec:\n', 'spec:\n  replicas: {{ .Values.replicaCount }}\n');
  tree.write('src/cart/chart/Chart.yaml', 'apiVersion: v2\nname: cart\nversion: 1.0.0\n');
  tree.write('src/cart/chart/values.yaml', '# few\nreplicaCount: 1\n');
  tree.write('src/cart/chart/templates/deployment.yaml', template);
  tree.write('src/cart/chart/templates/service.yaml', service);
  const before = textsOf(tree);
  const { lines, isDone } = await run(tree, { name: 'cart', write: true });
  expect(isDone).toBe(false);
  const text = lines.join('\n');
  expect(text).toContain(
    'chart/templates/deployment.yaml:6: spec.replicas: 2 (value replicaCount, src/cart/chart/values.yaml:2)',
  );
  expect(text).toMatch(/deployment.yaml:\d+: spec.template.spec.containers.server.lifecycle: \{"preStop"/);
  expect(text).toContain('new file src/cart/chart/templates/cart-disruptions.yaml:');
  const changed = [...textsOf(tree)].filter(([path, now]) => before.get(path) !== now).map(([path]) => path);
  expect(changed).toEqual(['src/cart/project.json']);
});
