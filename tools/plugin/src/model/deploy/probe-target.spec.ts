import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { probeTargetOf, serviceUrl } from './probe-target.ts';

const deployment = (path?: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders' },
  spec: {
    template: {
      spec: { containers: [{ name: 'orders', ...(path ? { readinessProbe: { httpGet: { path, port: 80 } } } : {}) }] },
    },
  },
});
const route = (value: string, replacePrefixMatch?: string, hostnames?: string[]): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'orders' },
  spec: {
    ...(hostnames ? { hostnames } : {}),
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value } }],
        ...(replacePrefixMatch === undefined
          ? {}
          : {
              filters: [
                { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch } } },
              ],
            }),
      },
    ],
  },
});
const ingress = (path: string, host?: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'orders' },
  spec: { rules: [{ ...(host ? { host } : {}), http: { paths: [{ path, pathType: 'Prefix' }] } }] },
});
const preprod = { name: 'preprod', url: 'http://127.0.0.1:8088' };
const url = (path: string) => `http://127.0.0.1:8088${path}`;

it.each<[string, KubernetesObject[], object]>([
  ['a prefix that is taken away', [route('/orders', '/')], { url: url('/orders/healthz/ready'), rate: 10 }],
  ['a prefix that is replaced', [route('/orders', '/healthz')], { url: url('/orders/ready'), rate: 10 }],
  ['a route to all', [route('/')], { url: url('/healthz/ready'), rate: 10 }],
  ['a route that keeps its prefix', [route('/healthz/')], { url: url('/healthz/ready'), rate: 10 }],
  [
    'a route by name',
    [route('/orders', '/', ['shop.localhost'])],
    { url: url('/orders/healthz/ready'), host: 'shop.localhost', rate: 10 },
  ],
  ['a route by any name', [route('/', undefined, ['*.example'])], { url: url('/healthz/ready'), rate: 10 }],
  ['an ingress', [ingress('/', 'shop.example')], { url: url('/healthz/ready'), host: 'shop.example', rate: 10 }],
  ['a route elsewhere', [route('/orders')], { reason: 'no route leads to its readiness path /healthz/ready' }],
  ['no route', [], { reason: 'it has no route' }],
])('%s', (_, routes, expected) => {
  const found = probeTargetOf('orders', [deployment('/healthz/ready'), ...routes], preprod);
  expect(found).toEqual('reason' in expected ? { state: 'none', ...expected } : { state: 'found', target: expected });
});

it('says why there is nothing to ask', () => {
  expect(probeTargetOf('orders', [deployment()], preprod)).toEqual({
    state: 'none',
    reason: 'it has no readiness probe by HTTP',
  });
  expect(probeTargetOf('orders', [], { name: 'preprod' })).toEqual({ state: 'none', reason: 'preprod has no url' });
  expect(probeTargetOf('orders', [], { ...preprod, probe: false })).toEqual({
    state: 'none',
    reason: 'preprod has probing disabled',
  });
});

it('takes path and rate from the environment', () => {
  const probe = { path: '/{service}/version', rate: 50 };
  expect(probeTargetOf('orders', [deployment('/healthz/ready')], { ...preprod, probe })).toEqual({
    state: 'found',
    target: { url: url('/orders/version'), rate: 50 },
  });
});

it('asks nothing of what takes no requests, though another service may answer in its place', () => {
  const none = { state: 'none', reason: 'it takes no requests' };
  const probe = { path: '/{service}/version' };
  expect(probeTargetOf('orders', [deployment()], { ...preprod, probe })).toEqual(none);
  const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'orders' } };
  for (const environment of [preprod, { ...preprod, probe }])
    expect(probeTargetOf('orders', [cronJob], environment)).toEqual(none);
});

it('serviceUrl returns where people reach a service, and nothing for one without a route', () => {
  expect(serviceUrl([route('/orders', '/')], preprod)).toBe(url('/orders'));
  expect(serviceUrl([route('/orders', '/')], {})).toBeUndefined();
  expect(serviceUrl([], preprod)).toBeUndefined();
});
