import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { AccessRule } from '../client/access-rules.ts';
import { KubernetesCluster } from '../kubernetes-cluster.ts';

const [verbs, namespace] = [['*'], 'shop'];
const everything: AccessRule = { verbs, apiGroups: ['*'], resources: ['*'] };
/** Everything that deploying takes, and no HTTPProxies. */
const usual: readonly AccessRule[] = ['', 'apps', 'policy'].map((group) => ({
  verbs,
  apiGroups: [group],
  resources: ['*'],
}));

let servers: FakeApiServer[] = [];
afterEach(() => {
  servers.forEach((server) => server.close());
  servers = [];
});

async function serve(rules: readonly AccessRule[]): Promise<FakeApiServer> {
  const server = await FakeApiServer.start(rules);
  servers.push(server);
  return server;
}

const object = (apiVersion: string, kind: string, name: string): KubernetesObject => ({
  ...{ apiVersion, kind },
  metadata: { name, labels: { 'poc.dev/service': name, 'app.kubernetes.io/managed-by': 'poc' } },
});
const proxy = object('projectcontour.io/v1', 'HTTPProxy', 'orders');

/** Records a deployment of objects. */
async function record(server: FakeApiServer, service: string, manifests: readonly KubernetesObject[]): Promise<void> {
  const cluster = new KubernetesCluster(server.api, { name: 'preprod', namespace });
  const release = {
    service,
    buildNumber: BuildNumber.parse('20261124-1')!,
    commit: 'a'.repeat(40),
    imageDigest: `sha256:${'b'.repeat(64)}`,
    contentHash: 'c'.repeat(64),
    dirty: false,
  } as const;
  const plan = await cluster.plan(service, manifests);
  await cluster.apply(plan);
  const actor = { person: 'ada', run: 'ada@laptop' };
  const opened = await cluster.openRecord({
    ...{ release, manifests, actor, cause: { action: 'deploy' }, startedAt: '2026-11-24T10:00:00Z' },
  } as Parameters<typeof cluster.openRecord>[0]);
  await cluster.closeRecord(opened, { outcome: 'succeeded' });
}

/** A server that has two services, one of which has a HTTPProxy, with other rules. */
async function deployed(rules: readonly AccessRule[]): Promise<FakeApiServer> {
  const granted = await serve([everything]);
  await record(granted, 'orders', [object('v1', 'Service', 'orders'), proxy]);
  await record(granted, 'payments', [object('v1', 'Service', 'payments')]);
  const server = await serve(rules);
  server.copy(granted);
  return server;
}

const observeAt = (server: FakeApiServer) =>
  new KubernetesCluster(server.api, { name: 'preprod', namespace }).observe();

it('tells a kind that it may not list for the services that have it, and shows the others', async () => {
  const [orders, payments] = await observeAt(await deployed(usual));
  expect(payments).toMatchObject({ service: 'payments', newest: { outcome: 'succeeded' }, unread: [], drift: [] });
  expect(orders).toMatchObject({ service: 'orders', newest: { outcome: 'succeeded' }, drift: [] });
  expect(orders!.unread).toEqual([
    {
      kind: 'projectcontour.io/v1/HTTPProxy',
      reason: expect.stringContaining('This account may not list httpproxies.projectcontour.io'),
      remedy: expect.stringContaining('Give it the verb "list" on "httpproxies"'),
    },
  ]);
});

it('tells nothing of a kind that no service has', async () => {
  const server = await serve([everything]);
  await record(server, 'payments', [object('v1', 'Service', 'payments')]);
  const narrow = await serve([
    { verbs, apiGroups: [''], resources: ['*'] },
    { verbs, apiGroups: ['apps'], resources: ['deployments', 'controllerrevisions'] },
  ]);
  narrow.copy(server);
  expect(await observeAt(narrow)).toMatchObject([{ service: 'payments', unread: [] }]);
});

it('is refused where the workloads themselves may not be listed', async () => {
  const narrow = await deployed([{ verbs, apiGroups: ['apps'], resources: ['controllerrevisions'] }]);
  await expect(observeAt(narrow)).rejects.toMatchObject({ facts: { type: 'forbidden' } });
});

it('asks as often for some services as for one', async () => {
  const server = await deployed([everything]);
  const cluster = new KubernetesCluster(server.api, { name: 'preprod', namespace });
  const all = await cluster.observe();
  const requests = async (...services: string[]) => {
    const before = server.asked.length;
    expect(await cluster.observe(services)).toEqual(all.filter(({ service }) => services.includes(service)));
    return server.asked.length - before;
  };
  expect(await requests('orders', 'payments')).toBe(await requests('orders'));
});
