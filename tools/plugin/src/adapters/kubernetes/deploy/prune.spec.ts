import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { AccessRule } from '../client/access-rules.ts';
import { Resources } from '../client/resources.ts';
import { pruneObjects } from './prune.ts';

const namespace = 'shop';
const at = (collection: string, name: string) => {
  const cut = collection.lastIndexOf('/');
  const [version, plural] = [collection.slice(0, cut), collection.slice(cut + 1)];
  return `/${version === 'v1' ? 'api' : 'apis'}/${version}/namespaces/${namespace}/${plural}/${name}`;
};
const ours = { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc' };
const made = (kind: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, labels: ours, annotations: { 'poc.dev/created': 'true' } },
});
const app = { 'app.kubernetes.io/name': 'orders' };
const templateOf = (config: string) => ({
  metadata: { labels: app },
  spec: { containers: [{ name: 'orders', envFrom: [{ configMapRef: { name: config } }] }] },
});
const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', labels: ours },
  spec: { selector: { matchLabels: app }, template: templateOf('new') },
};
const labelled = (kind: string, apiVersion: string, rest: object): KubernetesObject => ({
  ...{ apiVersion, kind, metadata: { name: 'one', labels: app } },
  ...rest,
});

let server: FakeApiServer;
afterEach(() => server.close());

/** Puts the ConfigMap `old` and something that may name it into a namespace, and prunes. @returns what was pruned. */
async function prune(
  put: readonly (readonly [path: string, object: KubernetesObject])[],
  { rules, recordedKinds = [] }: { rules?: readonly AccessRule[]; recordedKinds?: readonly string[] } = {},
): Promise<string[]> {
  server = await FakeApiServer.start(rules);
  server.put(at('v1/configmaps', 'old'), made('ConfigMap', 'old'));
  for (const [path, object] of put) server.put(path, object);
  const place = { api: server.api, resources: new Resources(server.api), namespace };
  const changes = await pruneObjects(place, { service: 'orders', objects: [deployment], recordedKinds });
  return changes.map(({ kind, name }) => `${kind} ${name}`);
}

const pod = (status: object, metadata: object = {}) =>
  [
    at('v1/pods', 'one'),
    {
      ...labelled('Pod', 'v1', { spec: templateOf('old').spec, status }),
      metadata: { name: 'one', labels: app, ...metadata },
    },
  ] as const;
const job = (labels: Record<string, string>, template = templateOf('old')) =>
  [
    at('batch/v1/jobs', 'one'),
    { ...labelled('Job', 'batch/v1', { spec: { template } }), metadata: { name: 'one', labels } },
  ] as const;

it.each([
  ['a pod', [pod({ phase: 'Running' })]],
  ['a pod that has not started', [pod({ phase: 'Pending' })]],
  [
    'a ReplicaSet',
    [
      [
        at('apps/v1/replicasets', 'one'),
        labelled('ReplicaSet', 'apps/v1', { spec: { replicas: 0, template: templateOf('old') } }),
      ],
    ],
  ],
] as const)('keeps a ConfigMap that is named by %s', async (_, put) => {
  expect(await prune(put)).toEqual([]);
  for (const [path] of put) server.remove(path);
  const place = { api: server.api, resources: new Resources(server.api), namespace };
  const later = await pruneObjects(place, { service: 'orders', objects: [deployment], recordedKinds: [] });
  expect(later).toMatchObject([{ kind: 'ConfigMap', name: 'old', action: 'deleted' }]);
});

it.each([
  ['nothing', []],
  ['a pod that has ended', [pod({ phase: 'Succeeded' })]],
  ['a pod that is going', [pod({ phase: 'Running' }, { deletionTimestamp: '2026-11-27T10:00:00Z' })]],
  ['a pod of another service', [pod({ phase: 'Running' }, { labels: { 'app.kubernetes.io/name': 'payments' } })]],
] as const)('prunes a ConfigMap that is named by %s', async (_, put) => {
  expect(await prune(put)).toEqual(['ConfigMap old']);
});

it('keeps what a revision of a StatefulSet names that stays because it was adopted', async () => {
  const set = { ...deployment, kind: 'StatefulSet', metadata: { ...deployment.metadata, name: 'store' } };
  const revision = labelled('ControllerRevision', 'apps/v1', { data: { spec: { template: templateOf('old') } } });
  const put = [
    [at('apps/v1/statefulsets', 'store'), set],
    [at('apps/v1/controllerrevisions', 'one'), revision],
  ] as const;
  expect(await prune(put, { recordedKinds: ['apps/v1/StatefulSet'] })).toEqual([]);
});

it('keeps what a Job names until it has ended, also one that a CronJob made', async () => {
  expect(await prune([job({})], { recordedKinds: ['batch/v1/CronJob'] })).toEqual(['ConfigMap old']);
  server.close();
  // The server of this test ends a Job as soon as it is written.
  const unfinished = (labels: Record<string, string>, recordedKinds: readonly string[]) => {
    const [path, object] = job(labels);
    return prune([[path.replace('/one', '/two'), { ...object, kind: 'Batch' }]], { recordedKinds });
  };
  expect(await unfinished({}, ['batch/v1/CronJob'])).toEqual([]);
  server.close();
  expect(await unfinished(ours, [])).toEqual([]);
  server.close();
  expect(await unfinished({}, [])).toEqual(['ConfigMap old']);
});

it('keeps what it cannot see the users of, and prunes what nobody can name', async () => {
  const all = ['configmaps', 'services', 'deployments', 'replicasets', 'controllerrevisions', 'jobs'];
  const rules = [{ verbs: ['list', 'delete'], apiGroups: ['*'], resources: all }];
  const service = [at('v1/services', 'gone'), made('Service', 'gone')] as const;
  expect(await prune([service], { rules, recordedKinds: ['v1/Service'] })).toEqual(['Service gone']);
  expect(server.refused.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['list pods']);
});
