import type { RolloutStatus } from './evaluate-rollout.ts';
import { stalledLine } from './stalled-line.ts';

const waiting: RolloutStatus = {
  state: 'waiting',
  line: '0 of 2 pods ready',
  obstacle: 'Pod orders-1 is not ready: readiness probe failed: HTTP probe failed with statuscode: 404.',
  suspects: [],
  again: undefined,
};

it('names the obstacle, and how long it will wait', () => {
  expect(stalledLine(waiting, 290_000)).toMatch(
    /^still 0 of 2 pods ready: Pod orders-1 is not ready: .*statuscode: 404; gives up in 4/,
  );
  expect(stalledLine({ ...waiting, obstacle: undefined }, 60_000)).toMatch(/^still 0 of 2 pods ready; gives up in 1/);
});

it('says nothing of a rollout that has ended', () => {
  expect(stalledLine({ state: 'ready', line: '2 of 2 pods ready' }, 1000)).toBeUndefined();
});
