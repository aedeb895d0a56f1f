import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evaluateRollout } from './evaluate-rollout.ts';
import { nothingKnown, reduceRollout } from './rollout-state.ts';
import { routeObstacle } from './route-status.ts';

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
  ['is refused by one of two', route([[accepted], [no('Accepted')]], 2), /does not accept it/],
])('tells of a route that %s', (_, object, obstacle) => {
  if (obstacle === undefined) expect(routeObstacle(object)).toBeUndefined();
  else expect(routeObstacle(object)?.says).toMatch(obstacle);
});

it('is waited for as long as the grace', () => {
  const refused = route([[no('Accepted')]]);
  const state = reduceRollout(nothingKnown, { type: 'listed', kind: 'HTTPRoute', objects: [refused] }, 0);
  const at = (seconds: number) => evaluateRollout(state, { object: refused }, seconds * 1000, usualPatience);
  expect(at(59)).toMatchObject({ state: 'waiting', again: 60_000 });
  expect(at(60)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^HTTPRoute orders is not in effect: /),
  });
});
