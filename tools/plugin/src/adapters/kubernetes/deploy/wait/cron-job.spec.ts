import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evaluateRollout } from './evaluate-rollout.ts';
import { nothingKnown, reduceRollout } from './rollout-state.ts';

const cronJob = (image: string, more: object = {}, status: object = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly', uid: '1', generation: 2 },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: { spec: { template: { spec: { containers: [{ name: 'orders', image }] } } } },
    ...more,
  },
  status,
});
const evaluated = (...live: readonly KubernetesObject[]) => {
  const state = reduceRollout(nothingKnown, { type: 'listed', kind: 'CronJob', objects: live }, 0);
  return evaluateRollout(state, { object: cronJob('orders:2'), uid: '1', generation: 2 }, 0, usualPatience);
};

describe('a CronJob that was applied', () => {
  it('is ready when it is there, though its controller tells no generation and runs of before continue', () => {
    expect(evaluated(cronJob('orders:2', {}, { active: [{}, {}] }))).toEqual({
      state: 'ready',
      line: 'the next run will be of this build (0 3 * * *); 2 runs continue as begun',
    });
    expect(evaluated(cronJob('orders:2', { suspend: true }))).toMatchObject({
      state: 'ready',
      line: expect.stringContaining('is suspended'),
    });
  });

  it('has failed where another changed its image, and vanished where it was deleted or made anew', () => {
    expect(evaluated(cronJob('orders:1'))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('another client'),
    });
    expect(evaluated()).toMatchObject({ state: 'vanished' });
    const other = cronJob('orders:2');
    expect(evaluated({ ...other, metadata: { ...other.metadata, uid: '2' } })).toMatchObject({ state: 'vanished' });
  });
});
