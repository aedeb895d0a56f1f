import { FakeApiServer } from '../../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { waitForRollouts } from './wait.ts';

const namespace = 'shop';
const containers = [{ name: 'orders', image: 'orders:2' }];
const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders' },
  spec: { selector: { matchLabels: { app: 'orders' } }, template: { spec: { containers } } },
};
const labels = { app: 'orders', 'pod-template-hash': '2' };

let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
});
afterEach(() => {
  jest.restoreAllMocks();
  server.close();
});

/** Puts an object into the namespace. @returns its uid. */
function put(group: string, plural: string, object: KubernetesObject): string {
  const path = `/${group}/namespaces/${namespace}/${plural}/${object.metadata.name}`;
  server.put(path, object);
  return String(server.read(path)!.metadata['uid']);
}

it('gives a trouble its time also when the clock of this machine is set meanwhile', async () => {
  server.broken.add('orders');
  const workload = put('apis/apps/v1', 'deployments', deployment);
  const ownerOf = (uid: string) => ({ ownerReferences: [{ uid }] });
  const maker = put('apis/apps/v1', 'replicasets', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'orders-2', labels, ...ownerOf(workload) },
  });
  const waiting = { reason: 'CreateContainerConfigError', message: 'secret "orders-key" not found' };
  const pod = (ready: boolean): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'orders-2-a', labels, ...ownerOf(maker) },
    spec: { containers },
    status: { phase: 'Pending', containerStatuses: [{ ...containers[0], ready, state: { waiting } }] },
  });
  put('api/v1', 'pods', pod(false));
  const lines: string[] = [];
  const result = waitForRollouts({ api: server.api, namespace }, [{ object: deployment }], {
    timeoutMs: 1_000,
    onProgress: (line) => lines.push(line),
  });
  while (!lines.some((line) => line.includes('orders-key'))) await new Promise((resolve) => setTimeout(resolve, 10));
  const later = Date.now() + 600_000;
  jest.spyOn(Date, 'now').mockReturnValue(later);
  put('api/v1', 'pods', pod(true));
  expect(await result).toMatchObject({ state: 'timed-out' });
});
