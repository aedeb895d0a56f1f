import type { KubernetesObject } from '../../kubernetes-object.ts';
import { downtimeRisks } from './no-downtime.ts';

const labels = { app: 'orders' };
const probe = { httpGet: { path: '/', port: 80 } };
const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders' },
  spec: {
    replicas: 2,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 30,
        topologySpreadConstraints: [{ maxSkew: 1 }],
        containers: [
          {
            name: 'orders',
            readinessProbe: probe,
            startupProbe: probe,
            livenessProbe: probe,
            lifecycle: { preStop: { sleep: { seconds: 10 } } },
            resources: { limits: { memory: '1Gi' } },
          },
        ],
      },
    },
  },
};
const service: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders' },
  spec: { selector: labels },
};
const route = (timeouts: object, backend = 'orders'): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'orders' },
  spec: { rules: [{ timeouts, backendRefs: [{ name: backend, port: 80 }] }] },
});
const risks = (object: KubernetesObject) =>
  downtimeRisks('orders', [deployment, service, object])
    .filter(({ field }) => field.includes('timeouts'))
    .map(({ severity, line }) => `${severity} ${line}`);

it.each([[{}], [{ request: '15s' }], [{ request: '20s' }], [{ request: '20s', backendRequest: '1m' }]])(
  'has nothing against %j',
  (timeouts) => expect(risks(route(timeouts))).toEqual([]),
);

it.each([
  [
    { request: '20s1ms' },
    'refuse Deployment orders, spec.rules[0].timeouts.request of HTTPRoute orders: it is 20s1ms, and a pod that goes has 20 s after its preStop',
  ],
  [{ backendRequest: '1m' }, 'refuse Deployment orders, spec.rules[0].timeouts.backendRequest of HTTPRoute orders'],
  [{ request: '0s' }, 'warn Deployment orders, spec.rules[0].timeouts.request of HTTPRoute orders: it is 0s, no limit'],
])('says that pods go before an answer comes when it is %j', (timeouts, said) =>
  expect(risks(route(timeouts))).toEqual([expect.stringContaining(said)]),
);

it('looks only at routes that lead to the pods', () => expect(risks(route({ request: '1h' }, 'another'))).toEqual([]));
