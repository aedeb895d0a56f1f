import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { KubernetesCluster } from '../kubernetes-cluster.ts';

const path = '/api/v1/namespaces/shop/configmaps/settings';
const settings = (data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', labels: { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc' } },
  data,
});

let server: FakeApiServer;
let cluster: KubernetesCluster;
beforeEach(async () => {
  server = await FakeApiServer.start();
  cluster = new KubernetesCluster(server.api, { name: 'preprod', namespace: 'shop' });
  await cluster.apply(await cluster.plan('orders', [settings({ a: '1' })]));
  server.written.length = 0;
});
afterEach(() => server.close());

describe('applying what has changed since it was planned', () => {
  it('plans it again', async () => {
    const plan = await cluster.plan('orders', [settings({ a: '2' })]);
    server.put(path, { ...server.read(path)!, data: { a: '1', b: 'of somebody else' } });
    await cluster.apply(plan);
    expect(server.read(path)?.['data']).toEqual({ a: '2', b: 'of somebody else' });
    expect(server.written).toEqual([`PATCH ${path}`, `PATCH ${path}`]);
  });

  it('makes again what was deleted meanwhile', async () => {
    const plan = await cluster.plan('orders', [settings({ a: '2' })]);
    server.remove(path);
    await cluster.apply(plan);
    expect(server.read(path)?.['data']).toEqual({ a: '2' });
    expect(server.written).toHaveLength(2);
  });

  it('refuses to overwrite what is another service by now', async () => {
    const plan = await cluster.plan('orders', [settings({ a: '2' })]);
    const theirs = settings({ a: '3' });
    theirs.metadata.labels!['poc.dev/service'] = 'payments';
    server.put(path, theirs);
    await expect(cluster.apply(plan)).rejects.toMatchObject({ facts: { type: 'foreign-object' } });
    expect(server.read(path)?.['data']).toEqual({ a: '3' });
  });

  it('is not kept from it for ever by somebody who writes all the time', async () => {
    const plan = await cluster.plan('orders', [settings({ a: '2' })]);
    let count = 0;
    server.before = (what, query) => {
      const isWrite = what.startsWith('PATCH') && query.get('dryRun') === null;
      if (isWrite) server.put(path, { ...server.read(path)!, data: { a: '1', b: String(++count) } });
    };
    await cluster.apply(plan);
    expect(server.read(path)?.['data']).toEqual({ a: '2', b: '5' });
    expect(server.written).toHaveLength(5);
  });
});
