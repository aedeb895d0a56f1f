import { FakeApiServer } from '../../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { waitForRollouts } from './wait.ts';

const namespace = 'shop';
const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'orders' } },
    template: { spec: { containers: [{ name: 'orders', image: 'orders:2' }] } },
  },
};
const path = `/apis/apps/v1/namespaces/${namespace}/deployments/orders`;
const podOf = (uid: unknown): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'orders-1', labels: { app: 'orders', 'pod-template-hash': '1' }, ownerReferences: [{ uid }] },
  spec: { containers: [{ name: 'orders', image: 'orders:2' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'orders', image: 'orders:2', state: { waiting: { reason: 'CreateContainerError' } } }],
  },
});
const replicaSetOf = (uid: unknown): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'orders-1',
    labels: { app: 'orders', 'pod-template-hash': '1' },
    ownerReferences: [{ uid }],
  },
});

let server: FakeApiServer;
afterEach(() => server.close());

/** Waits for a rollout that nothing is told of any more. */
async function waitForStalled(
  timeoutMs: number,
  rules?: Parameters<typeof FakeApiServer.start>[0],
  onProgress: (line: string) => void = () => {},
) {
  server = await FakeApiServer.start(rules);
  server.broken.add('orders');
  server.put(path, deployment);
  return () =>
    waitForRollouts(
      { api: server.api, namespace },
      [{ object: deployment }],
      { timeoutMs, onProgress },
      { stallMs: 50 },
    );
}

it('has a controller look again that has given up, and leaves no trace of that', async () => {
  const wait = await waitForStalled(20_000);
  expect(await wait()).toEqual({ state: 'ready' });
  // As often as nothing is heard for 50 ms, on a machine that may be busy.
  expect(new Set(server.written)).toEqual(new Set([`PATCH ${path}`]));
  expect(server.written.length % 2).toBe(0);
  expect(server.read(path)?.metadata.annotations).toEqual({});
});

it('does not tell of the change that this is', async () => {
  const lines: string[] = [];
  const wait = await waitForStalled(20_000, undefined, (line) => lines.push(line));
  server.late.add('orders');
  expect(await wait()).toEqual({ state: 'ready' });
  expect(server.late.size).toBe(0);
  expect(lines.join('\n')).toContain('0 of 2 pods ready');
  expect(lines.join('\n')).not.toContain('waiting for the cluster to see the change');
});

it('does not touch a workload whose pods are in the way', async () => {
  const wait = await waitForStalled(300);
  const uidAt = (at: string) => server.read(at)!.metadata['uid'];
  const replicaSets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
  server.put(`${replicaSets}/orders-1`, replicaSetOf(uidAt(path)));
  server.put(`/api/v1/namespaces/${namespace}/pods/orders-1`, podOf(uidAt(`${replicaSets}/orders-1`)));
  expect(await wait()).toMatchObject({ state: 'timed-out' });
  expect(server.written).toEqual([]);
});

it('waits on where it may not touch it', async () => {
  const rules = [{ verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*'] }];
  const wait = await waitForStalled(300, rules);
  expect(await wait()).toMatchObject({ state: 'timed-out' });
});
