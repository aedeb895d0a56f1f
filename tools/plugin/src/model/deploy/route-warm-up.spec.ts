import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { warmUpHeader, warmUpRoutes, warmUpTargets } from './route-warm-up.ts';

const header = warmUpHeader('20261124-1');
const parentRefs = [{ name: 'public' }];
const route = (name: string, ...rules: object[]): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name },
  spec: { parentRefs, rules },
});
const withHost = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  spec: { ...(object['spec'] as object), hostnames: ['shop.example'] },
});
const created = { kind: 'HTTPRoute', name: 'orders', action: 'created' };
const echo = { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [header] } };
const match = { type: 'Exact', name: 'poc-warm-up', value: '20261124-1' };
const backendRefs = [{ name: 'orders', port: 80 }];

it('narrows every match of every rule, and one without matches, for every host, and keeps all else', () => {
  const path = { type: 'PathPrefix', value: '/orders' };
  const mine = { type: 'Exact', name: 'tenant', value: 'a' };
  const rewrite = { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } };
  const orders = route(
    'orders',
    { matches: [{ path }, { path, headers: [mine] }], filters: [rewrite], backendRefs },
    { backendRefs },
  );
  expect(warmUpRoutes([withHost(orders)], [created], header)).toEqual([
    route(
      'orders',
      {
        matches: [
          { path, headers: [match] },
          { path, headers: [mine, match] },
        ],
        filters: [rewrite, echo],
        backendRefs,
      },
      { matches: [{ headers: [match] }], filters: [echo], backendRefs },
    ),
  ]);
});

it('adds to a filter of headers that is there, because Gateway API allows one', () => {
  const own = {
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { remove: ['server'], add: [{ name: 'a', value: 'b' }] },
  };
  const [warm] = warmUpRoutes([route('orders', { filters: [own], backendRefs })], [created], header);
  expect((warm!['spec'] as { rules: { filters: object[] }[] }).rules[0]!.filters).toEqual([
    {
      type: 'ResponseHeaderModifier',
      responseHeaderModifier: { remove: ['server'], add: [{ name: 'a', value: 'b' }, header] },
    },
  ]);
});

it('leaves alone what clients are led by already, and what is no HTTPRoute', () => {
  const ingress: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'orders' },
  };
  const changes = [
    { ...created, action: 'configured' },
    { ...created, kind: 'Ingress' },
  ];
  expect(warmUpRoutes([route('orders', { backendRefs }), ingress], changes, header)).toEqual([]);
});

it('asks at the host of the service, and at one that no other route is for', () => {
  const target = { url: 'https://gateway.example/orders', rate: 10 };
  expect(warmUpTargets({ ...target, host: 'shop.example' }, header)).toEqual([
    { ...target, host: 'shop.example', echo: header },
    { ...target, host: 'poc-warm-up.shop.example', echo: header },
  ]);
  expect(warmUpTargets(target, header)[1]).toMatchObject({ host: 'poc-warm-up.gateway.example' });
});
