import type { ScheduledRuns } from '../../../model/observe/scheduled-runs.ts';
import { formatMoment } from '../../../model/text/timestamp.ts';

/** CronJobs above which they are counted in a cell, and not each told. */
const mostSchedules = 3;

/** Returns lines that tell how the CronJobs of a service are doing. */
export function scheduleLines(schedules: readonly ScheduledRuns[], now: Date): string[] {
  if (schedules.length <= mostSchedules) return schedules.map((each) => describeSchedule(each, now));
  const failed = schedules.filter(({ lastRun }) => lastRun === 'failed').length;
  return [`${schedules.length} CronJobs${failed === 0 ? '' : `, the last run of ${failed} failed`}`];
}

/** Returns `nightly (0 3 * * *): last run succeeded 2026-11-25 03:00`. */
function describeSchedule(runs: ScheduledRuns, now: Date): string {
  return `${runs.name} (${runs.schedule}): ${runs.isSuspended ? 'suspended, ' : ''}${lastRunText(runs, now)}`;
}

function lastRunText(
  { lastRun, active, lastScheduledAt = '', lastSucceededAt = '' }: ScheduledRuns,
  now: Date,
): string {
  const goesOn = active > 0 ? '; one of before continues' : '';
  switch (lastRun) {
    case 'none':
      return 'has not run yet';
    case 'before':
      return `has not run since it was deployed${goesOn}`;
    case 'running':
      return `runs since ${formatMoment(lastScheduledAt, now)}`;
    case 'succeeded':
      return `last run succeeded ${formatMoment(lastSucceededAt, now)}`;
    case 'failed':
      return `last run failed, of ${formatMoment(lastScheduledAt, now)}`;
  }
}
