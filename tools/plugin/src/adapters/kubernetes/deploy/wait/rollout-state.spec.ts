import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { nothingKnown, reduceRollout, type RolloutState } from './rollout-state.ts';

/** A pod that is not ready. */
function pod(index: number, resourceVersion = '1'): KubernetesObject {
  const ownerReferences = [{ uid: 'set' }];
  const status = {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False' }],
    containerStatuses: [{ name: 'orders', ready: false, state: { running: {} } }],
  };
  const metadata = { name: `orders-${index}`, uid: `pod-${index}`, resourceVersion, ownerReferences };
  return { ...{ apiVersion: 'v1', kind: 'Pod' }, metadata, status };
}

function event(index: number, message: string): KubernetesObject {
  const involvedObject = { kind: 'Pod', uid: `pod-${index}`, name: `orders-${index}` };
  const what = { reason: 'FailedMount', message, involvedObject };
  return { ...{ apiVersion: 'v1', kind: 'Event' }, metadata: { name: `orders-${index}.mount` }, ...what };
}

const pods = (count: number) => Array.from({ length: count }, (_, index) => pod(index));
const listed = (count: number) => reduceRollout(nothingKnown, { type: 'listed', kind: 'Pod', objects: pods(count) }, 0);

/** Milliseconds that so many events take in a rollout of so many pods. */
function timeOf(events: number, count: number): number {
  let state = listed(count);
  const begun = performance.now();
  for (let index = 0; index < events; index++)
    state = reduceRollout(state, { type: 'changed', object: pod(index % count, String(index)) }, index);
  return performance.now() - begun;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

it('takes as long for an event of a thousand pods as for one of a hundred', () => {
  timeOf(2000, 100);
  const measured = Array.from({ length: 9 }, () => timeOf(2000, 1000) / timeOf(2000, 100));
  // Ten times as many pods took ten times as long before, and more.
  expect(median(measured)).toBeLessThan(3);
});

describe('the trouble of a pod', () => {
  const waiting: KubernetesObject = { ...pod(1), status: { phase: 'Pending' } };
  const kindIn = (state: RolloutState) => state.troubles.get('pod-1')?.kind;

  it('is known by events, whichever comes first, and goes with them', () => {
    for (const order of [
      [waiting, event(1, 'secret "x" not found')],
      [event(1, 'secret "x" not found'), waiting],
    ]) {
      let state = reduceRollout(nothingKnown, { type: 'changed', object: order[0]! }, 1);
      state = reduceRollout(state, { type: 'changed', object: order[1]! }, 2);
      expect(state.troubles.get('pod-1')).toEqual({ kind: 'config', since: 2 });
      state = reduceRollout(state, { type: 'changed', object: event(1, 'secret "y" not found') }, 3);
      expect(state.events.get('pod-1')).toHaveLength(1);
      expect(state.troubles.get('pod-1')).toEqual({ kind: 'config', since: 2 });
      state = reduceRollout(state, { type: 'deleted', object: event(1, '') }, 4);
      expect([kindIn(state), state.events.size]).toEqual([undefined, 0]);
    }
  });

  it('is forgotten with the pod, and with one of the same name', () => {
    let state = reduceRollout(nothingKnown, { type: 'changed', object: pod(1) }, 1);
    expect(kindIn(state)).toBe('unready');
    const another = { ...pod(1), metadata: { ...pod(1).metadata, uid: 'pod-9' } };
    state = reduceRollout(state, { type: 'changed', object: another }, 2);
    expect([...state.troubles]).toEqual([['pod-9', { kind: 'unready', since: 2 }]]);
    state = reduceRollout(state, { type: 'deleted', object: another }, 3);
    expect(state.troubles.size).toBe(0);
    state = reduceRollout(listed(3), { type: 'listed', kind: 'Pod', objects: [pod(0)] }, 4);
    expect([...state.troubles.keys()]).toEqual(['pod-0']);
  });

  it('leaves what nothing is known of as it is', () => {
    listed(3);
    expect([nothingKnown.objects.size, nothingKnown.listed.size]).toEqual([0, 0]);
  });
});
