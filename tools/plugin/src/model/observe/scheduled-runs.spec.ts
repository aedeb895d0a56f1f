import { healthOfSchedules, scheduledRunsOf, type ScheduledRuns } from './scheduled-runs.ts';

const deployedAt = '2026-11-24T12:00:00Z';
const runsOf = (status: object, spec: object = {}) =>
  scheduledRunsOf(
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: { schedule: '0 3 * * *', ...spec },
      status,
    },
    deployedAt,
  );
const [before, after, later] = ['2026-11-24T11:59:00Z', '2026-11-24T12:01:00Z', '2026-11-24T12:02:00Z'];

it.each<[ScheduledRuns['lastRun'], object]>([
  ['none', {}],
  ['none', { lastSuccessfulTime: later }],
  ['before', { lastScheduleTime: before }],
  ['before', { lastScheduleTime: before, active: [{ name: 'nightly-1' }] }],
  ['running', { lastScheduleTime: after, active: [{ name: 'nightly-2' }] }],
  ['succeeded', { lastScheduleTime: after, lastSuccessfulTime: after }],
  // By hand, after one that failed.
  ['succeeded', { lastScheduleTime: after, lastSuccessfulTime: later }],
  ['failed', { lastScheduleTime: after }],
  ['failed', { lastScheduleTime: after, lastSuccessfulTime: before }],
])('tells that the last run of a CronJob was: %s', (lastRun, status) =>
  expect(runsOf(status)).toMatchObject({ name: 'nightly', lastRun }),
);

it('tells its schedule with its zone, and whether it is suspended', () => {
  expect(runsOf({})).toEqual({
    name: 'nightly',
    schedule: '0 3 * * *',
    isSuspended: false,
    active: 0,
    lastRun: 'none',
  });
  expect(runsOf({}, { timeZone: 'Europe/Vienna', suspend: true })).toMatchObject({
    schedule: '0 3 * * * Europe/Vienna',
    isSuspended: true,
  });
});

it('judges several by the worst, and takes one that is suspended beside others as meant so', () => {
  const failed = runsOf({ lastScheduleTime: after });
  const suspended = runsOf({ lastScheduleTime: after }, { suspend: true });
  expect(healthOfSchedules([runsOf({}), failed])).toBe('failing');
  expect(healthOfSchedules([runsOf({}), suspended])).toBe('healthy');
  expect(healthOfSchedules([suspended])).toBe('suspended');
});
