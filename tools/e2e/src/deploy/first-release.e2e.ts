import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { oldSystem, provisionFallback } from '../../../scratch-workspace/src/state/old-system.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('first');
});
afterAll(() => workspace.remove());

/** A route for every host, as another team has it. */
const routeFor = (name: string, path: object) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name },
  spec: {
    parentRefs: [{ name: 'public', namespace: 'gateway' }],
    rules: [{ matches: [{ path }], backendRefs: [{ name, port: 80 }] }],
  },
});

async function apply(items: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(['apply', `--namespace=${workspace.namespace('dev')}`, '--filename=-'], list);
}

/** Releases a service while requests are made. */
async function releaseUnderLoad(service: string, paths: readonly string[]): Promise<string> {
  // The gateway's port opens with its first route.
  for (const path of paths) await answeredBy('old system', path);
  const loads = await Promise.all(paths.map((path) => startLoad(workspace.hostname, path, { mostSeconds: 200 })));
  try {
    return await workspace.nxSuccessfully(['run', `${service}:release`]);
  } finally {
    for (const load of loads) {
      const { requests, failed } = await load.stop();
      console.log(`${requests} requests, failed: ${JSON.stringify(failed)}`);
      expect(failed).toEqual({});
      expect(requests).toBeGreaterThan(100);
    }
  }
}

/** Gives orders a second version of its API, beside the one that it has. */
function addVersion(): void {
  const operation = "operationId: greet, responses: { '200': { description: It., content: { text/plain: {} } } }";
  const description = `openapi: 3.1.0\ninfo: { title: Orders, version: '2' }\npaths: { /greeting: { get: { ${operation} } } }\n`;
  workspace.write('apps/orders/openapi.v2.yaml', description);
  const main = 'apps/orders/src/main.ts';
  workspace.edit(main, /^/, "import descriptionV2 from '../openapi.v2.yaml';\n");
  const handlers = "{ greet: (_, reply) => reply.type('text/plain').send('second version') }";
  const versions = `versions: { v2: { description: descriptionV2, operations: ${handlers} } }`;
  workspace.edit(main, /(operations: .*) }\);/, `$1, ${versions} });`);
}

async function answeredBy(who: string, path: string): Promise<void> {
  const answer = () => callGateway(workspace.hostname, path).catch(() => ({ body: '' }));
  while ((await answer()).body !== who) await pause(200);
}

it.each<[string, string, () => Promise<void>, readonly string[]]>([
  // As exact as can be, because all suites share the gateway.
  [
    'a route for every host',
    'orders',
    async () => {
      addVersion();
      await workspace.commit('feat(orders): a second version');
      await apply([routeFor('old-orders', { type: 'Exact', value: '/orders/healthz/ready' })]);
    },
    ['/orders/healthz/ready'],
  ],
  [
    'the provisioned fallback, which keeps all other paths',
    'payments',
    () => provisionFallback(workspace, 'old-payments'),
    ['/payments/healthz/ready', '/an/older/path'],
  ],
])('takes a path over from %s, without a lost request', async (_, service, route, paths) => {
  await apply(await oldSystem(`old-${service}`));
  await route();
  const output = await releaseUnderLoad(service, paths);
  const [own, ...others] = paths;
  expect((await callGateway(workspace.hostname, own!)).body).not.toBe('old system');
  for (const path of others) await answeredBy('old system', path);
  expect(output).toMatch(/preprod: requests meanwhile: 0 of \d+ failed/);
  // What lost no request may be promoted.
  expect(await workspace.nxSuccessfully(['run', `${service}:promote`, '--dry-run'])).toContain('would promote');
});

it('serves a version of an API below its path, and the first one as before', async () => {
  const answers = ['/orders/v2/greeting', '/orders/greeting', '/orders'].map(async (path) => {
    const { status, body } = await callGateway(workspace.hostname, path);
    return `${status} ${body}`;
  });
  expect(await Promise.all(answers)).toEqual([
    '200 second version',
    expect.stringMatching(/^404 /),
    expect.stringMatching(/^200 /),
  ]);
});

it('refuses a path that another service has, and what Contour would leave out, before a number is taken', async () => {
  const numbers = async () => (await workspace.git(['ls-remote', 'origin', 'refs/builds/orders/*'])).split('\n').length;
  const before = await numbers();
  const file = 'apps/orders/k8s/http-route.yaml';
  const usual = workspace.read(file);
  const refusalOf = async (what: string, as: string) => {
    workspace.write(file, usual.replace(what, as));
    await workspace.commit(`feat: ${as.slice(0, 20).trim()}`);
    const { code, output } = await workspace.nx(['run', 'orders:release']);
    workspace.write(file, usual);
    await workspace.commit('revert: the route');
    return `${code}: ${output}`;
  };
  // Contour would accept it, and lead all requests of both to one of them.
  expect(await refusalOf('value: /orders', 'value: /payments/')).toMatch(
    /^2: [^]*HTTPRoute orders, spec\.rules\[0\]: PathPrefix \/payments at \S+ is that of HTTPRoute payments of payments\..*\n.*\[route-taken\]/,
  );
  const mirror =
    '- type: RequestMirror\n          requestMirror: { percent: 5, backendRef: { name: orders, port: 80 } }';
  expect(await refusalOf('- type: URLRewrite', `${mirror}\n        - type: URLRewrite`)).toMatch(
    /^2: [^]*http-route\.yaml:\d+: HTTPRoute orders, spec\.rules\[0\]\.filters\[0\]\.requestMirror\.percent: Contour ignores it/,
  );
  expect(await numbers()).toBe(before);
});

it('gives its path back to the fallback with a release that has no route, without a lost request', async () => {
  for (const file of ['http-route', 'dev', 'preprod', 'prod'])
    rmSync(join(workspace.folder, `apps/payments/k8s/${file}.yaml`));
  await workspace.commit('feat(payments): no route');
  const load = await startLoad(workspace.hostname, '/payments/healthz/ready', { mostSeconds: 200 });
  await workspace.nxSuccessfully(['run', 'payments:release']);
  await answeredBy('old system', '/payments/healthz/ready');
  expect((await load.stop()).failed).toEqual({});
});

it('has not succeeded while no listener takes its route, and goes back to the one that is taken', async () => {
  // Within that time the gateway has to say what it thinks of this route, and of the old one again on the way back: on a
  // busy machine that takes it more than the few seconds that are usual.
  workspace.edit('Infrastructure/environments/preprod.yaml', /$/, '\nrollout: { grace: 30s }\n');
  workspace.edit(
    'apps/orders/k8s/http-route.yaml',
    '${GATEWAY_NAMESPACE}',
    '${GATEWAY_NAMESPACE}\n      sectionName: absent',
  );
  await workspace.commit('feat: a listener that is not there');
  const { code, output } = await workspace.nx(['run', 'orders:release']);
  expect(output).toMatch(/waiting: Gateway public \(listener absent\) does not accept it \(NoMatchingParent\)/);
  expect(output).toMatch(
    /HTTPRoute orders is not in effect: .*\n.*Rolled back to \d{8}-1 automatically; it is serving\./,
  );
  expect(code).toBe(1);
  expect(await callGateway(workspace.hostname, '/orders/healthz/ready')).toMatchObject({ status: 200 });
});
