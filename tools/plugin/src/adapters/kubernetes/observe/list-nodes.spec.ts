import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import { listNodes } from './list-nodes.ts';

let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
  const labels = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64', pool: 'small' };
  server.put('/api/v1/nodes/a', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', labels } });
  server.put('/api/v1/nodes/b', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'b' } });
});
afterEach(() => server.close());

const refuse = (code: number, reason: string) =>
  void (server.refuse = () => ({ code, body: { kind: 'Status', code, reason, message: reason } }));

it('reads what a node is by its labels where it does not say otherwise, and none that says nothing', async () => {
  expect(await listNodes(server.api)).toMatchObject([
    { platform: { os: 'linux', architecture: 'arm64' }, labels: { pool: 'small' }, taints: [], isCordoned: false },
  ]);
});

it('knows of none where it may not list them, and says so of other failures', async () => {
  refuse(403, 'Forbidden');
  expect(await listNodes(server.api)).toBeUndefined();
  refuse(410, 'Gone');
  await expect(listNodes(server.api)).rejects.toMatchObject({ facts: { doing: 'look at the nodes of the cluster' } });
});
