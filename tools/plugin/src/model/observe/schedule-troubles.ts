import type { ScheduledRuns } from './scheduled-runs.ts';

/** Returns a line for each thing about CronJobs that somebody may want to look at. */
export function scheduleTroubles(schedules: readonly ScheduledRuns[]): string[] {
  return schedules.flatMap(ofSchedule);
}

function ofSchedule({ name, isSuspended, lastRun, lastScheduledAt, lastSucceededAt }: ScheduledRuns): string[] {
  const before = lastSucceededAt === undefined ? 'none has succeeded yet' : `one succeeded last ${lastSucceededAt}`;
  return [
    ...(isSuspended ? [`CronJob ${name} is suspended: nothing of it runs`] : []),
    ...(lastRun === 'failed'
      ? [`CronJob ${name}: its last run, of ${lastScheduledAt}, did not succeed; ${before}`]
      : []),
  ];
}
