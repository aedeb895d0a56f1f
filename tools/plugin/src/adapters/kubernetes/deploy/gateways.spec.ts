import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import { listHttpRoutes, readGateways } from './gateways.ts';

const api = '/apis/gateway.networking.k8s.io/v1';
const apiVersion = 'gateway.networking.k8s.io/v1';
const route = {
  apiVersion,
  kind: 'HTTPRoute',
  metadata: { name: 'orders' },
  spec: { parentRefs: [{ name: 'public', namespace: 'gateway' }] },
};
const gateway = { apiVersion, kind: 'Gateway', metadata: { name: 'public' }, spec: { gatewayClassName: 'contour' } };

let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
  server.put(`${api}/namespaces/shop/httproutes/orders`, route);
  server.put(`${api}/namespaces/gateway/gateways/public`, gateway);
  server.put(`${api}/gatewayclasses/contour`, { apiVersion, kind: 'GatewayClass', metadata: { name: 'contour' } });
});
afterEach(() => server.close());

const place = () => ({ api: server.api, namespace: 'shop' });
const refuse = (...paths: string[]) =>
  void (server.refuse = (what) =>
    paths.includes(what) ? { code: 403, body: { kind: 'Status', code: 403, reason: 'Forbidden' } } : undefined);

it('lists the routes of its own namespace where it may not list those of all, and none where it may neither', async () => {
  refuse(`GET ${api}/httproutes`);
  expect(await listHttpRoutes(place())).toMatchObject([
    { apiVersion, kind: 'HTTPRoute', metadata: { name: 'orders' } },
  ]);
  refuse(`GET ${api}/httproutes`, `GET ${api}/namespaces/shop/httproutes`);
  expect(await listHttpRoutes(place())).toEqual([]);
});

it('reads the Gateways of routes, and their classes, as far as it may', async () => {
  expect(await readGateways(place(), [route, route])).toMatchObject({
    gateways: [{ metadata: { name: 'public' } }],
    classes: [{ metadata: { name: 'contour' } }],
  });
  refuse(`GET ${api}/gatewayclasses/contour`);
  expect(await readGateways(place(), [route])).toMatchObject({ gateways: [{ kind: 'Gateway' }], classes: [] });
  refuse(`GET ${api}/namespaces/gateway/gateways/public`);
  expect(await readGateways(place(), [route])).toEqual({ gateways: [], classes: [] });
});
