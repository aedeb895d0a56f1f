import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evaluateRollout } from './evaluate-rollout.ts';
import { nothingKnown, reduceRollout } from './rollout-state.ts';

const refused: KubernetesObject = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'orders', uid: 'h1', generation: 2 },
  spec: { parentRefs: [{ name: 'public' }] },
  status: {
    parents: [
      { parentRef: { name: 'public' }, conditions: [{ type: 'Accepted', status: 'False', observedGeneration: 2 }] },
    ],
  },
};

it('waits for a route as long as the grace', () => {
  const state = reduceRollout(nothingKnown, { type: 'listed', kind: 'HTTPRoute', objects: [refused] }, 0);
  const at = (seconds: number) => evaluateRollout(state, { object: refused }, seconds * 1000, usualPatience);
  expect(at(59)).toMatchObject({ state: 'waiting', again: 60_000 });
  expect(at(60)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^HTTPRoute orders is not in effect: /),
  });
});
