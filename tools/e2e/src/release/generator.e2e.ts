import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { podsOf } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { deployerManifest } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('generator');
});
afterAll(() => workspace.remove());

it('a generated service is linted, tested, built and released as it is', async () => {
  await workspace.nxSuccessfully(['g', '@poc/plugin:service', 'shipping']);
  await workspace.commit('feat(shipping): a new service');
  await workspace.nxSuccessfully(['run-many', '-t', 'lint,typecheck,test,build', '-p', 'shipping']);
  expect(await workspace.git(['status', '--porcelain', '--', 'apps'])).toBe('');
  const output = await workspace.taskSuccessfully(['run', 'shipping:release']);
  expect(output).toMatch(/shipping \d{8}-1: runs in preprod/);
  // All services of the cluster share the gateway here, so the new one's route has no host name of this test.
  expect(await callGateway('127.0.0.1', '/shipping/healthz/ready')).toMatchObject({ status: 200 });
  expect(await callGateway('127.0.0.1', '/shipping/metrics')).toMatchObject({ status: 404 });
});

it.each([
  ['go', 'tracking'],
  ['python', 'parcels'],
])('of %s too, and its metrics are no part of its API', async (stack, name) => {
  await workspace.nxSuccessfully(['g', '@poc/plugin:service', name, `--stack=${stack}`]);
  await workspace.commit(`feat(${name}): a new service`);
  // Its own tests drain it under load, and send it malformed requests.
  await workspace.nxSuccessfully(['run-many', '-t', 'lint,test,build', '-p', name]);
  expect(await workspace.git(['status', '--porcelain', '--', 'apps'])).toBe('');
  const output = await workspace.taskSuccessfully(['run', `${name}:release`]);
  expect(output).toMatch(new RegExp(`${name} \\d{8}-1: runs in preprod`));
  expect(await callGateway('127.0.0.1', `/${name}/greetings/Ada`)).toMatchObject({ status: 200 });
  expect(await callGateway('127.0.0.1', `/${name}/metrics`)).toMatchObject({ status: 404 });
});

/** Gives the Go service a module of the workspace, and the Python service a package. */
function addLibraries(): void {
  const project = (name: string) => JSON.stringify({ name, tags: ['scope:lib'] });
  workspace.write('libs/tariff/project.json', project('tariff'));
  workspace.write('libs/tariff/go.mod', 'module example.com/tariff\n\ngo 1.23\n');
  workspace.write('libs/tariff/tariff.go', 'package tariff\n\nconst Greeting = "Hello"\n');
  const required = 'require example.com/tariff v0.0.0\n\nreplace example.com/tariff => ../../libs/tariff\n';
  workspace.edit('apps/tracking/go.mod', /$/, `\n${required}`);
  for (const file of ['greetings.go', 'greetings_test.go'])
    workspace.edit(`apps/tracking/${file}`, /\n\)/, '\n\n\t"example.com/tariff"\n)');
  workspace.edit('apps/tracking/greetings.go', '"Hello, "', 'tariff.Greeting + ", "');
  workspace.edit('apps/tracking/greetings_test.go', '"Hello, Ada', '"` + tariff.Greeting + `, Ada');
  workspace.write('libs/phrases/project.json', project('phrases'));
  workspace.write(
    'libs/phrases/pyproject.toml',
    `[project]
name = "phrases"
version = "1.0.0"

[build-system]
requires = ["hatchling==1.27.0"]
build-backend = "hatchling.build"
`,
  );
  workspace.write('libs/phrases/src/phrases/__init__.py', 'GREETING = "Hello"\n');
  for (const file of ['requirements.txt', 'requirements.lock'])
    workspace.edit(`apps/parcels/${file}`, /$/, '../../libs/phrases\n');
  for (const file of ['greetings.py', 'test_greetings.py']) {
    workspace.edit(`apps/parcels/src/${file}`, /^from /m, 'from phrases import GREETING\nfrom ');
    workspace.edit(`apps/parcels/src/${file}`, /f?"Hello, /, 'f"{GREETING}, ');
  }
}

it('loses no request of any stack while all are released again', async () => {
  const names = ['shipping', 'tracking', 'parcels'];
  workspace.edit('apps/shipping/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
  addLibraries();
  await workspace.commit('feat: probe less often, and words from libraries');
  const namespace = workspace.namespace('preprod');
  const before = (await Promise.all(names.map((name) => podsOf(name, namespace)))).flat();
  const loads = await Promise.all(
    names.map((name) => startLoad('127.0.0.1', `/${name}/greetings/Ada`, { mostSeconds: 200, rate: 80 })),
  );
  try {
    const output = await workspace.nxSuccessfully(['run-many', '-t', 'release', '-p', ...names]);
    for (const name of names) expect(output).toMatch(new RegExp(`^${name} +\\d{8}-2 .* deployed `, 'm'));
    // Pods that go serve on for 10 s, and drain then.
    const old = before.map(({ metadata }) => `pod/${metadata.name}`);
    expect(old).toHaveLength(6);
    await kubectl(['wait', ...old, '--namespace', namespace, '--for=delete', '--timeout=60s']);
  } finally {
    const results = await Promise.all(loads.map((load) => load.stop()));
    console.log(results.map(({ requests }, index) => `${names[index]}: ${requests} requests`).join(', '));
    expect(results.map(({ failed }) => failed)).toEqual([{}, {}, {}]);
  }
});

it('releases those who use a changed library of Go or Python, and nobody else', async () => {
  const affected = async () =>
    (await workspace.nxSuccessfully(['show', 'projects', '--affected', '--base=HEAD~1', '--with-target=release']))
      .trim()
      .split(/\s+/);
  workspace.edit('libs/tariff/tariff.go', 'Hello', 'Welcome');
  await workspace.commit('feat(tariff): another word');
  expect(await affected()).toEqual(['tracking']);
  workspace.edit('libs/phrases/src/phrases/__init__.py', 'Hello', 'Welcome');
  await workspace.commit('feat(phrases): another word');
  expect(await affected()).toEqual(['parcels']);
  const output = await workspace.nxSuccessfully(['affected', '-t', 'release', '--base=HEAD~2']);
  for (const name of ['tracking', 'parcels']) {
    expect(output).toMatch(new RegExp(`^${name} +\\d{8}-3 .* deployed `, 'm'));
    expect(await callGateway('127.0.0.1', `/${name}/greetings/Ada`)).toMatchObject({
      status: 200,
      body: expect.stringContaining('Welcome, Ada!') as string,
    });
  }
  expect(output).not.toMatch(/shipping|orders|payments|inventory/);
});

it.each([
  [['orders'], /orders/],
  [['Payments'], /lower-case/],
  [['a'.repeat(41)], /40/],
  [['billing', '--stack=cobol'], /cobol/],
  [['billing', '--port=99999'], /99999/],
  [['billing', '--stak=go'], /stak/],
])('refuses %j before anything is written', async (args, text) => {
  const { code, output } = await workspace.nx(['g', '@poc/plugin:service', ...args]);
  expect(output).toMatch(text);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(code).toBe(2);
  expect(await workspace.git(['status', '--porcelain', '--', 'apps', 'nx.json', 'package.json'])).toBe('');
});

it('an environment that is added is promoted to, and pipelines know it', async () => {
  const [namespace, hostname] = [workspace.namespace('staging'), `staging-${workspace.hostname}`];
  const options = ['--after=preprod', `--namespace=${namespace}`, `--url=http://${hostname}:8088`];
  const said = await workspace.nxSuccessfully(['g', '@poc/plugin:environment', 'staging', ...options]);
  expect(said).toContain('Give it its own GATEWAY_ADDRESS, GATEWAY_PORT, ENVOY_PORT: ');
  expect(said).toContain('`nx run infrastructure:provision --env=staging` sets it up in its cluster.');
  expect(workspace.read('.github/workflows/promote.yml')).toContain('promote-staging:');
  await workspace.nxSuccessfully(['sync:check']);
  // Both environments share a gateway here, which takes a path of one host once.
  const overlay = workspace.read('apps/tracking/k8s/prod.yaml').replace('${ROUTE_HOSTNAME}', hostname);
  workspace.write('apps/tracking/k8s/staging.yaml', overlay);
  await workspace.commit('feat: staging');
  await kubectl(['create', 'namespace', namespace]);
  // It is entered as the environment before it, whose account needs the rights that a deployer has.
  await kubectl(['apply', '--filename=-'], deployerManifest(namespace));
  const subject = `--serviceaccount=${workspace.namespace('preprod')}:deployer`;
  await kubectl(['create', 'rolebinding', 'preprod', '--role=deployer', subject, `--namespace=${namespace}`]);
  try {
    await workspace.taskSuccessfully(['run', 'tracking:release']);
    const output = await workspace.nxSuccessfully(['run', 'tracking:promote', '--to=staging']);
    expect(output).toMatch(/tracking \d{8}-4: runs in staging/);
    expect(await callGateway(hostname, '/tracking/healthz/ready')).toMatchObject({ status: 200 });
  } finally {
    await kubectl(['delete', 'namespace', '--wait=false', namespace]);
  }
});

it.each([
  [['prod'], /exists already/],
  [['Staging'], /Name must look like/],
  [['test', '--order=1'], /dev has the order 1/],
  [['test', '--ordr=9'], /--order/],
  [['deployment'], /deployment\.yaml/],
])('refuses the environment %j before anything is written', async (args, text) => {
  const { code, output } = await workspace.nx(['g', '@poc/plugin:environment', ...args]);
  expect(output).toMatch(text);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(code).toBe(2);
  expect(await workspace.git(['status', '--porcelain', '--', 'apps', 'Infrastructure'])).toBe('');
});

it('takes a service away again, whole', async () => {
  await workspace.nxSuccessfully(['g', '@poc/plugin:remove-service', 'shipping']);
  expect(existsSync(join(workspace.folder, 'apps/shipping'))).toBe(false);
  expect(await workspace.nxSuccessfully(['show', 'projects'])).not.toContain('shipping');
});
