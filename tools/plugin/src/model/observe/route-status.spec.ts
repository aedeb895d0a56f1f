import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { isGatewayRoute, routeObstacle } from './route-status.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}
const accepted = { type: 'Accepted', status: 'True', observedGeneration: 2 };
const resolved = { type: 'ResolvedRefs', status: 'True', observedGeneration: 2 };
const no = (type: string) => ({
  type,
  status: 'False',
  reason: 'NoSuch',
  message: 'none is there',
  observedGeneration: 2,
});

function route(parents: readonly (readonly Condition[])[], refs = 1): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders', uid: 'h1', generation: 2 },
    spec: { parentRefs: Array.from({ length: refs }, () => ({ name: 'public' })) },
    status: {
      parents: parents.map((conditions) => ({ parentRef: { name: 'public', sectionName: 'web' }, conditions })),
    },
  };
}

it.each([
  ['is taken', route([[accepted, resolved]]), undefined],
  ['is taken by one that says no generation', route([[{ type: 'Accepted', status: 'True' }]]), undefined],
  ['is not answered', route([]), /has not accepted it yet/],
  ['is answered of an older generation', route([[{ ...accepted, observedGeneration: 1 }]]), /has not accepted it yet/],
  [
    'is refused by an older generation only',
    route([[{ ...no('Accepted'), observedGeneration: 1 }]]),
    /not accepted it yet/,
  ],
  ['is answered by one gateway of two', route([[accepted]], 2), /has not accepted it yet/],
  [
    'is refused',
    route([[no('Accepted')]]),
    /^Gateway public \(listener web\) does not accept it \(NoSuch\): none is there\.$/,
  ],
  ['leads to nothing', route([[accepted, no('ResolvedRefs')]]), /cannot resolve what it refers to \(NoSuch\)/],
  [
    'is taken in part',
    route([[accepted, resolved, { ...no('PartiallyInvalid'), status: 'True' }]]),
    /leaves a part of it out \(NoSuch\)/,
  ],
  ['has a match that is none', route([[accepted, no('ValidMatches')]]), /leaves a match of it out \(NoSuch\)/],
  ['is refused by one of two', route([[accepted], [no('Accepted')]], 2), /does not accept it/],
])('tells of a route that %s', (_, object, obstacle) => {
  if (obstacle === undefined) expect(routeObstacle(object)).toBeUndefined();
  else expect(routeObstacle(object)?.says).toMatch(obstacle);
});

const proxy = (...conditions: object[]): KubernetesObject => ({
  apiVersion: 'projectcontour.io/v1',
  kind: 'HTTPProxy',
  metadata: { name: 'orders', generation: 2 },
  status: { currentStatus: 'invalid', conditions },
});
const invalid = { type: 'Valid', status: 'False', reason: 'ErrorPresent', message: 'At least one error present' };

it.each([
  ['is valid', proxy({ type: 'Valid', status: 'True', observedGeneration: 2 }), undefined],
  ['is not answered', proxy(), /has not accepted it yet/],
  ['was valid before', proxy({ type: 'Valid', status: 'True', observedGeneration: 1 }), /has not accepted it yet/],
  [
    'has an error',
    proxy({ ...invalid, errors: [{ reason: 'ServiceUnresolvedReference', message: 'service "x" not found' }] }),
    /^Contour does not accept it \(ErrorPresent\): ServiceUnresolvedReference: service "x" not found\.$/,
  ],
  ['is in nobody’s root', proxy({ ...invalid, reason: 'Orphaned', message: 'no root' }), /\(Orphaned\): no root\.$/],
])('tells of a proxy of Contour that %s', (_, object, obstacle) => {
  expect(isGatewayRoute(object)).toBe(true);
  if (obstacle === undefined) expect(routeObstacle(object)).toBeUndefined();
  else expect(routeObstacle(object)?.says).toMatch(obstacle);
});
