import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../manifests/source/object-fields.ts';
import { withCanary } from './canary-routes.ts';

const canary = { services: new Map([['orders', 'orders-canary']]), buildNumber: '20261124-2' };

function routeOf(...rules: object[]): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders' },
    spec: { hostnames: ['shop.example'], rules },
  };
}

const rulesOf = (route: KubernetesObject) => listAt(route, 'spec', 'rules');
const weightsOf = (rule: unknown) =>
  Object.fromEntries(listAt(rule, 'backendRefs').map(({ name, weight = 1 }) => [name, weight]));

describe('a route with a canary', () => {
  it('has at every share a sum over 0, and the one that serves among its backends', () => {
    const backends = [
      [{ name: 'orders', port: 80 }],
      [
        { name: 'orders', port: 80, weight: 3 },
        { name: 'other', port: 80, weight: 2 },
      ],
      [
        { name: 'orders', port: 80, weight: 0 },
        { name: 'other', port: 80 },
      ],
    ];
    for (const backendRefs of backends) {
      for (let weight = 0; weight <= 100; weight++) {
        const [rule] = rulesOf(withCanary(routeOf({ backendRefs }), canary, weight));
        const weights = weightsOf(rule) as Record<string, number>;
        expect(Object.values(weights).reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0);
        expect(weights).toHaveProperty('orders');
        const ours = (weights['orders'] ?? 0) + (weights['orders-canary'] ?? 0);
        // Others keep their share, and of ours the canary gets its part.
        const before = Number(backendRefs[0]!.weight ?? 1);
        const other = backendRefs[1]?.weight ?? (backendRefs[1] ? 1 : 0);
        expect(ours * Number(other)).toBe((weights['other'] ?? 0) * before);
        if (before > 0) expect(weights['orders-canary']! / ours).toBeCloseTo(weight / 100);
      }
    }
  });

  it('leads requests with its header to it alone, by a rule of the same filters, and says so in the answer', () => {
    const rewrite = {
      type: 'URLRewrite',
      urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
    };
    const path = { type: 'PathPrefix', value: '/orders' };
    const rule = {
      name: 'main',
      matches: [{ path }, { path, method: 'GET' }],
      filters: [rewrite, { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } }],
      backendRefs: [{ name: 'orders', port: 80 }],
      timeouts: { request: '20s' },
    };
    const elsewhere = { backendRefs: [{ name: 'other', port: 80 }] };
    const route = withCanary(routeOf(rule, elsewhere), canary, 10);
    const header = { name: 'x-release', value: '20261124-2' };
    expect(rulesOf(route)).toEqual([
      {
        ...rule,
        backendRefs: [
          { name: 'orders', port: 80, weight: 90 },
          { name: 'orders-canary', port: 80, weight: 10 },
        ],
      },
      elsewhere,
      {
        matches: [
          { path, headers: [{ type: 'Exact', ...header }] },
          { path, method: 'GET', headers: [{ type: 'Exact', ...header }] },
        ],
        filters: [
          rewrite,
          { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'], set: [header] } },
        ],
        backendRefs: [{ name: 'orders-canary', port: 80 }],
        timeouts: { request: '20s' },
      },
    ]);
    expect(fieldAt(route, 'spec', 'hostnames')).toEqual(['shop.example']);
  });

  it('is as it was where no backend is the service', () => {
    const route = routeOf({ backendRefs: [{ name: 'orders', namespace: 'elsewhere', port: 80 }] });
    expect(withCanary(route, canary, 50)).toEqual(route);
  });
});
