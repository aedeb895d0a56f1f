import type { ScheduledRuns } from '../../../model/observe/scheduled-runs.ts';
import { scheduleTroubles } from '../../../model/observe/schedule-troubles.ts';
import { scheduleLines } from './describe-schedules.ts';

const now = new Date('2026-11-24T12:00:00Z');
const nightly: ScheduledRuns = {
  name: 'nightly',
  schedule: '0 3 * * *',
  isSuspended: false,
  active: 0,
  lastRun: 'none',
};
const lastScheduledAt = '2026-11-24T03:00:00Z';
const lastSucceededAt = '2026-11-23T03:01:00Z';

it.each<[Partial<ScheduledRuns>, RegExp]>([
  [{}, /^nightly \(0 3 \* \* \*\): has not run yet$/],
  [{ lastRun: 'before', active: 1 }, /has not run since it was deployed; one of before continues$/],
  [{ lastRun: 'running', active: 1, lastScheduledAt }, /: runs since 2026-11-24 .*\(9 h ago\)$/],
  [{ lastRun: 'succeeded', lastSucceededAt }, /: last run succeeded 2026-11-23 .*ago\)$/],
  [{ lastRun: 'failed', lastScheduledAt, isSuspended: true }, /: suspended, last run failed, of 2026-11-24 .*ago\)$/],
])('tells how the last run of a CronJob went: %j', (more, line) =>
  expect(scheduleLines([{ ...nightly, ...more }], now)).toEqual([expect.stringMatching(line)]),
);

it('counts CronJobs where there are many', () => {
  const many = [1, 2, 3].map((each) => ({ ...nightly, name: `nightly-${each}` }));
  expect(scheduleLines([...many, { ...nightly, lastRun: 'failed' }], now)).toEqual([
    '4 CronJobs, the last run of 1 failed',
  ]);
  expect(scheduleLines([...many, nightly], now)).toEqual(['4 CronJobs']);
});

it('names what is suspended, and what failed', () => {
  expect(scheduleTroubles([nightly])).toEqual([]);
  expect(scheduleTroubles([{ ...nightly, isSuspended: true }])).toEqual([
    'CronJob nightly is suspended: nothing of it runs',
  ]);
  const failed = { ...nightly, lastRun: 'failed', lastScheduledAt } as const;
  expect(scheduleTroubles([failed, { ...failed, lastSucceededAt }])).toEqual([
    `CronJob nightly: its last run, of ${lastScheduledAt}, did not succeed; none has succeeded yet`,
    `CronJob nightly: its last run, of ${lastScheduledAt}, did not succeed; one succeeded last ${lastSucceededAt}`,
  ]);
});
