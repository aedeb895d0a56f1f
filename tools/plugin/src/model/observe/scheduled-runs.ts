import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../manifests/source/object-fields.ts';
import type { Health } from './running-service.ts';

/** A CronJob of a service, and how its runs go. */
export interface ScheduledRuns {
  readonly name: string;
  /** `0 3 * * *`, with the time zone where it has one of its own. */
  readonly schedule: string;
  readonly isSuspended: boolean;
  /** Runs that go on, of this build or of one before. */
  readonly active: number;
  /**
   * How the last run of what is deployed now ended. `none`: it has never run. `before`: not since it was deployed.
   * `running`: it continues.
   */
  readonly lastRun: 'none' | 'before' | 'running' | 'succeeded' | 'failed';
  /** For when the last run was planned, of whatever build: ISO 8601. */
  readonly lastScheduledAt?: string;
  /** When a run succeeded last, of whatever build: ISO 8601. */
  readonly lastSucceededAt?: string;
}

/**
 * Returns how the runs of a CronJob go, by its own status.
 * @param deployedAt when what is there was applied, ISO 8601: how a run before that ended says nothing about it.
 */
export function scheduledRunsOf(cronJob: KubernetesObject, deployedAt: string | undefined): ScheduledRuns {
  const text = (...path: string[]) => {
    const value = fieldAt(cronJob, ...path);
    return typeof value === 'string' ? value : undefined;
  };
  const lastScheduledAt = text('status', 'lastScheduleTime');
  const lastSucceededAt = text('status', 'lastSuccessfulTime');
  const zone = text('spec', 'timeZone');
  const active = listAt(cronJob, 'status', 'active').length;
  const facts = { lastScheduledAt, lastSucceededAt, active };
  return {
    name: cronJob.metadata.name,
    schedule: `${text('spec', 'schedule') ?? '?'}${zone === undefined ? '' : ` ${zone}`}`,
    isSuspended: fieldAt(cronJob, 'spec', 'suspend') === true,
    active,
    lastRun: lastRunOf(facts, deployedAt),
    ...(lastScheduledAt === undefined ? {} : { lastScheduledAt }),
    ...(lastSucceededAt === undefined ? {} : { lastSucceededAt }),
  };
}

function lastRunOf(
  { lastScheduledAt, lastSucceededAt, active }: Pick<ScheduledRuns, 'lastScheduledAt' | 'lastSucceededAt' | 'active'>,
  deployedAt: string | undefined,
): ScheduledRuns['lastRun'] {
  if (lastScheduledAt === undefined) return 'none';
  const began = Date.parse(lastScheduledAt);
  const isBefore = deployedAt !== undefined && began < Date.parse(deployedAt);
  if (isBefore) return 'before';
  if (active > 0) return 'running';
  // Runs by hand count as well: they succeed without having been planned.
  return lastSucceededAt !== undefined && Date.parse(lastSucceededAt) >= began ? 'succeeded' : 'failed';
}

/** Returns how CronJobs are doing together: the worst counts, but what is suspended, while another is not, was meant so. */
export function healthOfSchedules(schedules: readonly ScheduledRuns[]): Health {
  const awake = schedules.filter(({ isSuspended }) => !isSuspended);
  if (schedules.length > 0 && awake.length === 0) return 'suspended';
  return awake.some(({ lastRun }) => lastRun === 'failed') ? 'failing' : 'healthy';
}
