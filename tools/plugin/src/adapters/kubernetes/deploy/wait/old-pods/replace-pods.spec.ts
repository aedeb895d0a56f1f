import { FakeApiServer } from '../../../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { Failure } from '../../../../../model/errors/product-error.ts';
import type { AccessRule } from '../../../client/access-rules.ts';
import { PodReplacements } from './replace-pods.ts';

const path = '/api/v1/namespaces/shop/pods/orders-1';
const crashed = {
  phase: 'Running',
  containerStatuses: [
    {
      name: 'orders',
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    },
  ],
};

let server: FakeApiServer;
afterEach(() => server.close());

/** Returns a server with a broken pod, and what is told of its replacement. */
async function serve(rules?: readonly AccessRule[]) {
  server = await FakeApiServer.start(rules);
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'orders-1', namespace: 'shop' }, status: crashed };
  server.put(path, pod);
  const lines: string[] = [];
  const errors: unknown[] = [];
  let changed = 0;
  const replacements = (api = server.api) =>
    new PodReplacements(
      { api, namespace: 'shop' },
      { tell: (line) => lines.push(line), onChanged: () => changed++, onError: (error) => errors.push(error) },
    );
  return { lines, errors, replacements, changes: () => changed };
}

const broken = (): KubernetesObject => server.read(path)!;

it('deletes a pod once, and tells why', async () => {
  const { lines, replacements } = await serve();
  const all = replacements();
  const pod = broken();
  all.replace([pod], 'StatefulSet orders');
  all.replace([pod], 'StatefulSet orders');
  await all.settle();
  expect(server.written).toEqual([`DELETE ${path}`]);
  expect(server.read(path)).toBeUndefined();
  const what =
    'Pod orders-1, which is of an older revision and is crash-looping: container orders exited with code 1 (4 times)';
  expect(all.done).toEqual([`Deleted ${what}: Kubernetes would not have replaced it.`]);
  expect(lines).toEqual([
    `StatefulSet orders: deleted ${what}: Kubernetes would not have replaced it; a new one takes its place`,
  ]);
});

it('deletes neither a pod that has changed since, nor another one of its name, and has it looked at again', async () => {
  const { lines, replacements, changes } = await serve();
  const all = replacements();
  const before = broken();
  server.put(path, { ...before, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
  all.replace([before], 'StatefulSet orders');
  await all.settle();
  expect(server.read(path)).toBeDefined();
  expect([all.done, lines]).toEqual([[], []]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(changes()).toBe(1);
  const other = { ...broken(), metadata: { ...broken().metadata, uid: 'another' } };
  all.replace([other], 'StatefulSet orders');
  await all.settle();
  expect(server.read(path)).toBeDefined();
  // It is tried again by what is there.
  all.replace([broken()], 'StatefulSet orders');
  await all.settle();
  expect(all.done).toHaveLength(1);
});

it('names the pod and the command, and does not fail, where the account may not', async () => {
  const { lines, errors, replacements, changes } = await serve([
    { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] },
  ]);
  const all = replacements();
  all.replace([broken()], 'StatefulSet orders');
  await all.settle();
  expect(lines).toEqual([
    'StatefulSet orders: cannot delete Pod orders-1, which is in the way: this account may not delete pods (Infrastructure/kubernetes/deployer.yaml allows it). Delete it (`kubectl delete pod orders-1 --namespace=shop`), and a new one takes its place',
  ]);
  expect([all.mayReplace, all.done, errors, changes()]).toEqual([false, [], [], 1]);
  all.replace([{ ...broken(), metadata: { ...broken().metadata, uid: 'p2' } }], 'StatefulSet orders');
  expect(server.refused).toHaveLength(1);
});

it('deletes nothing when the lock is lost', async () => {
  const { errors, replacements } = await serve();
  const lost = new Failure({ type: 'lock-lost', doing: 'keep the lock', reason: 'Another took it.', remedy: 'Again.' });
  const all = replacements(server.api.fencedBy({ hold: () => Promise.reject(lost) }));
  all.replace([broken()], 'StatefulSet orders');
  await all.settle();
  expect(errors).toEqual([lost]);
  expect(server.written).toEqual([]);
});
