import { setTimeout as pause } from 'node:timers/promises';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { callGateway } from '../../../scratch-workspace/src/gateway.ts';
import { kubectl, platform } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('first');
});
afterAll(() => workspace.remove());

/** Objects of another team: what answers a path, of a host or of all, that nobody else has a route for. */
async function oldSystem(name: string, path: object, hostnames?: readonly string[]): Promise<readonly object[]> {
  const { registry } = await platform();
  const metadata = { name, labels: { app: name } };
  const serve = "require('http').createServer((_, answer) => answer.end('old system')).listen(8080)";
  const container = {
    name,
    image: `${registry}/library/node:24-bookworm-slim`,
    command: ['node', '-e', serve],
  };
  const selector = { app: name };
  const template = {
    metadata: { labels: selector },
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: selector }, template } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector, ports: [{ port: 80, targetPort: 8080 }] } },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata,
      spec: {
        parentRefs: [{ name: 'public', namespace: 'gateway' }],
        ...(hostnames ? { hostnames } : {}),
        rules: [{ matches: [{ path }], backendRefs: [{ name, port: 80 }] }],
      },
    },
  ];
}

it.each<[string, string, object, () => readonly string[] | undefined]>([
  ['its host', 'payments', { type: 'PathPrefix', value: '/' }, () => [workspace.hostname]],
  // As exact as can be, because all suites share the gateway.
  ['every host', 'orders', { type: 'Exact', value: '/orders/healthz/ready' }, () => undefined],
])('takes a path over from a route for %s, without a lost request', async (_, service, match, hostnames) => {
  const items = await oldSystem(`old-${service}`, match, hostnames());
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(['apply', `--namespace=${workspace.namespace('dev')}`, '--filename=-'], list);
  const path = `/${service}/healthz/ready`;
  // The gateway's port opens with its first route.
  const answer = () => callGateway(workspace.hostname, path).catch(() => ({ body: '' }));
  while ((await answer()).body !== 'old system') await pause(200);
  const load = await startLoad(workspace.hostname, path, { mostSeconds: 200 });
  let output = '';
  try {
    output = await workspace.nxSuccessfully(['run', `${service}:release`]);
  } finally {
    const { requests, failed } = await load.stop();
    console.log(`${requests} requests, failed: ${JSON.stringify(failed)}`);
    expect(failed).toEqual({});
    expect(requests).toBeGreaterThan(100);
  }
  expect((await callGateway(workspace.hostname, path)).body).not.toBe('old system');
  expect(output).toMatch(/preprod: requests meanwhile: 0 of \d+ failed/);
  // What lost no request may be promoted.
  expect(await workspace.nxSuccessfully(['run', `${service}:promote`, '--approve', '--dry-run'])).toContain(
    'would promote',
  );
});

it('has not succeeded while no listener takes its route, and goes back to the one that is taken', async () => {
  workspace.edit('Infrastructure/environments/preprod.yaml', /$/, '\nrollout: { grace: 5s }\n');
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
