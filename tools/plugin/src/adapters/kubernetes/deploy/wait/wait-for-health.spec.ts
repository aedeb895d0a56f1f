import { FakeApiServer } from '../../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { AccessRule } from '../../client/access-rules.ts';
import { ApiError } from '../../client/api-error.ts';
import type { ApiRequest } from '../../client/api-request.ts';
import { KubernetesApi } from '../../client/api.ts';
import { Resources } from '../../client/resources.ts';
import { waitForHealth } from './wait-for-health.ts';

const namespace = 'shop';
const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'orders' } };
const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/orders`;
const address = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
const lists: AccessRule = { verbs: ['list'], apiGroups: ['networking.k8s.io'], resources: ['ingresses'] };

let server: FakeApiServer;
afterEach(() => server.close());

async function wait(api: KubernetesApi = server.api, graceMs = 400) {
  const lines: string[] = [];
  const onProgress = (line: string) => void lines.push(line);
  const options = { timeoutMs: 10_000, patience: { graceMs }, onProgress };
  const result = await waitForHealth({ api, resources: new Resources(api), namespace }, [ingress], options);
  return { result, lines };
}

it('needs no right but to list, which a deployer has for all that it writes', async () => {
  server = await FakeApiServer.start([lists]);
  server.put(path, ingress);
  setTimeout(() => server.put(path, { ...ingress, status: address }), 300);
  expect(await wait(server.api, 30_000)).toEqual({
    result: { state: 'ready', unhealthy: [] },
    lines: ['Ingress orders: waiting: It has no address.'],
  });
  expect(server.refused).toEqual([]);
});

it('passes over what it may not see', async () => {
  server = await FakeApiServer.start([]);
  server.put(path, ingress);
  expect(await wait()).toEqual({ result: { state: 'ready', unhealthy: [] }, lines: [] });
  expect(server.refused).toMatchObject([{ verb: 'list', group: 'networking.k8s.io', resource: 'ingresses' }]);
});

it('ends no later than the timeout', async () => {
  server = await FakeApiServer.start();
  server.put(path, ingress);
  const options = { timeoutMs: 300, patience: { graceMs: 600_000 }, onProgress: () => {} };
  const place = { api: server.api, resources: new Resources(server.api), namespace };
  expect(await waitForHealth(place, [ingress], options)).toMatchObject({
    state: 'ready',
    unhealthy: [{ name: 'orders' }],
  });
});

/** A server that is away for good. */
class AwayApi extends KubernetesApi {
  override send(_method: string, _path: string, _request?: ApiRequest): Promise<unknown> {
    return Promise.reject(new ApiError(503, 'etcd is away'));
  }
}

it('tells, and does not fail, when the server does not answer: all serves already', async () => {
  server = await FakeApiServer.start();
  const api = new AwayApi({ context: 'fake', server: server.api.server, tls: {}, headers: async () => ({}) });
  const { result, lines } = await wait(api);
  const says = 'It cannot be read: etcd is away.';
  expect(result).toEqual({ state: 'ready', unhealthy: [{ kind: 'Ingress', name: 'orders', state: 'waiting', says }] });
  expect(lines).toEqual([`Ingress orders: waiting: ${says}`]);
  api.close();
});
