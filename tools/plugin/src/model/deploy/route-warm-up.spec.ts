import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { markedRoute, narrowedRoute, newRoutes, openingHeader, warmUpHeader, warmUpTargets } from './route-warm-up.ts';

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
  expect(narrowedRoute(withHost(orders), header)).toEqual(
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
  );
});

it('marks the answers of every rule of an open route, at the hosts and by the matches that it is written with', () => {
  const path = { type: 'PathPrefix', value: '/orders' };
  const orders = route('orders', { matches: [{ path }], backendRefs }, { backendRefs });
  const open = openingHeader('20261124-1');
  const echoOpen = { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [open] } };
  expect(markedRoute(withHost(orders), open)).toEqual(
    withHost(
      route('orders', { matches: [{ path }], filters: [echoOpen], backendRefs }, { filters: [echoOpen], backendRefs }),
    ),
  );
  // What the narrowed route still answers is not taken for an answer of the open one.
  expect(open.value).not.toBe(header.value);
});

it('adds to a filter of headers that is there, because Gateway API allows one', () => {
  const own = {
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { remove: ['server'], add: [{ name: 'a', value: 'b' }] },
  };
  const warm = narrowedRoute(route('orders', { filters: [own], backendRefs }), header);
  expect((warm['spec'] as { rules: { filters: object[] }[] }).rules[0]!.filters).toEqual([
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
  const orders = route('orders', { backendRefs });
  expect(newRoutes([orders, ingress], changes)).toEqual([]);
  expect(newRoutes([orders, ingress], [...changes, created])).toEqual([orders]);
});

it('asks at the host of the service, and at one that no other route is for', () => {
  const target = { url: 'https://gateway.example/orders', rate: 10 };
  expect(warmUpTargets({ ...target, host: 'shop.example' }, header)).toEqual([
    { ...target, host: 'shop.example', echo: header },
    { ...target, host: 'poc-warm-up.shop.example', echo: header },
  ]);
  expect(warmUpTargets(target, header)[1]).toMatchObject({ host: 'poc-warm-up.gateway.example' });
});
