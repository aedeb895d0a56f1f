import { isMap } from '../../../model/manifests/source/object-fields.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { ApiError } from '../client/api-error.ts';
import type { ApiRequest } from '../client/api-request.ts';
import type { KubernetesApi } from '../client/api.ts';
import { KubernetesCluster } from '../kubernetes-cluster.ts';
import { displacedPorts } from './displaced-ports.ts';
import type { ManagedFields } from './managed-fields.ts';

const entry = (manager: string, port: number): ManagedFields => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: {
    'f:spec': { 'f:ports': { [`k:{"port":${port},"protocol":"TCP"}`]: { '.': {}, 'f:name': {}, 'f:port': {} } } },
  },
});
interface Port {
  readonly port: number;
  readonly name?: string;
  readonly protocol?: string;
}
const service = (ports: readonly Port[], managedFields?: ManagedFields[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders', ...(managedFields ? { managedFields } : {}) },
  spec: { ports },
});
const textsOf = (live: readonly Port[], desired: readonly Port[]) =>
  displacedPorts(service(live, [entry('node-fetch', live[0]!.port)]), service(desired)).map(({ text }) => text);

it('finds what has the name of another number, or none beside others', () => {
  const text = ['spec.ports[port=8080,protocol="TCP"] from node-fetch'];
  expect(textsOf([{ port: 8080, name: 'http' }], [{ port: 80, name: 'http' }])).toEqual(text);
  expect(textsOf([{ port: 8080 }], [{ port: 80 }])).toEqual(text);
  expect(textsOf([{ port: 8080 }], [{ port: 80, name: 'http' }])).toEqual(text);
  expect(textsOf([{ port: 8080, name: 'admin' }], [{ port: 80, name: 'http' }])).toEqual([]);
  expect(textsOf([{ port: 80, name: 'http' }], [{ port: 80, name: 'http' }])).toEqual([]);
});

it('finds them in containers, which may have ports without names', () => {
  const pods = (ports: object[], managedFields?: ManagedFields[]): KubernetesObject => ({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
    metadata: { name: 'orders', ...(managedFields ? { managedFields } : {}) },
    spec: { template: { spec: { containers: [{ name: 'orders', ports }] } } },
  });
  const key = 'k:{"containerPort":8080,"protocol":"TCP"}';
  const inContainer = { 'k:{"name":"orders"}': { 'f:ports': { [key]: { 'f:name': {} } } } };
  const fieldsV1 = { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': inContainer } } } };
  const found = (name?: string) =>
    displacedPorts(
      pods([{ containerPort: 8080, protocol: 'TCP', ...(name ? { name } : {}) }], [{ manager: 'edge', fieldsV1 }]),
      pods([{ containerPort: 3000, name: 'http' }]),
    );
  expect(found('http').map(({ text }) => text)).toEqual([
    'spec.template.spec.containers[name="orders"].ports[containerPort=8080,protocol="TCP"] from edge',
  ]);
  expect(found()).toEqual([]);
});

/** An API server with one Service, which merges ports by their number as server-side apply does. */
class OneService {
  live: KubernetesObject;
  constructor(live: KubernetesObject) {
    this.live = live;
  }

  tellingWarnings(): this {
    return this;
  }

  async get(path: string): Promise<KubernetesObject | undefined> {
    return path.endsWith('/services/orders') ? structuredClone(this.live) : undefined;
  }

  async send(_: string, path: string, { body, query }: ApiRequest): Promise<unknown> {
    if (path.startsWith('/apis/authorization.k8s.io/'))
      return { status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] } };
    const next = structuredClone(this.live);
    if (Array.isArray(body)) {
      for (const { op, path: field, value } of body as { op: string; path: string; value: object }[]) {
        if (op === 'test') continue;
        const [first, key] = field.slice(1).split('/');
        if (key === undefined) next[first!] = value;
        else next.metadata[key] = value;
      }
    } else {
      const { metadata, spec } = body as KubernetesObject & { spec: { ports: Port[] } };
      const others = (next.metadata['managedFields'] as ManagedFields[]).filter(
        ({ manager }) => manager !== 'poc-deployer',
      );
      const kept = (next['spec'] as { ports: Port[] }).ports.filter(({ port }) =>
        others.some(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes(`\\"port\\":${port},`)),
      );
      const ports = [...kept, ...spec.ports.map((port) => ({ protocol: 'TCP', ...port }))];
      if (new Set(ports.map(({ name }) => name)).size < ports.length)
        throw new ApiError(422, JSON.stringify({ message: 'spec.ports[1].name: Duplicate value: "http"' }));
      Object.assign(next, { metadata: { ...next.metadata, ...metadata }, spec: { ports } });
    }
    if (query?.['dryRun'] === undefined) this.live = next;
    return structuredClone(next);
  }
}

it('puts a port back whose number another has changed, and shows it before', async () => {
  const server = new OneService(service([{ port: 8080, name: 'http', protocol: 'TCP' }], [entry('node-fetch', 8080)]));
  const cluster = new KubernetesCluster(server as unknown as KubernetesApi, { name: 'preprod', namespace: 'shop' });
  const plan = await cluster.plan('orders', [service([{ port: 80, name: 'http' }])]);
  expect(plan.changes).toMatchObject([
    { action: 'configured', takenOver: ['spec.ports[port=8080,protocol="TCP"] from node-fetch'] },
  ]);
  expect(plan.changes[0]!.fields).toContainEqual({ path: 'spec.ports[http].port', from: '8080', to: '80' });
  await cluster.apply(plan);
  const { spec } = server.live;
  expect(isMap(spec) && spec['ports']).toEqual([{ name: 'http', port: 80, protocol: 'TCP' }]);
});
