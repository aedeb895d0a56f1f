import type { DeploymentSummary } from '../deploy/deployment-record.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { annotation } from '../product/wire-names.ts';
import { serviceContainerOf } from '../manifests/rules/pod-templates.ts';
import { healthOfSchedules, scheduledRunsOf, type ScheduledRuns } from './scheduled-runs.ts';

/**
 * How a workload is doing. `rolling-out`: pods are being replaced. `stuck`: they were, and the deadline for it has passed.
 * `degraded`: fewer pods are ready than wanted. `down`: none is. `stopped`: none is wanted. `failing`: the last run did not
 * succeed. `suspended`: nothing runs until somebody resumes it. `done`: it has run once, and that was all.
 */
export type Health =
  'healthy' | 'rolling-out' | 'stuck' | 'degraded' | 'down' | 'stopped' | 'failing' | 'suspended' | 'done';

/** The cluster's own description of a service's workloads: of the worst of those whose pods run all the time, if it has any. */
export interface RunningService {
  /** From the annotations of the workload. */
  readonly buildNumber: string | undefined;
  readonly commit: string | undefined;
  /** Distinct digests of the images that the service's container really runs with, or its CronJobs' next runs will. */
  readonly digests: readonly string[];
  readonly podsReady: number;
  readonly podsWanted: number;
  readonly health: Health;
  /** Why pods of it cannot be made, as a sentence. */
  readonly obstacle?: string;
  /** Its CronJobs, in alphabetical order; left out where it has none. */
  readonly schedules?: readonly ScheduledRuns[];
}

/** From the worst to the best. */
const ranking: readonly Health[] = [
  'down',
  'stuck',
  'degraded',
  'failing',
  'rolling-out',
  'stopped',
  'suspended',
  'done',
  'healthy',
];

/** Reports whether a workload is worse off than another: what is well with one does not make up for the other. */
export function isWorse(health: Health, other: Health): boolean {
  return ranking.indexOf(health) < ranking.indexOf(other);
}

/** Reports whether a service does what its manifests ask for: also where that is to run once, or not to run for now. */
export function isAsWanted(health: Health): boolean {
  return health === 'healthy' || health === 'done' || health === 'suspended';
}

/** Returns what there is of a service that consists of nothing but Jobs of its releases: it is as its newest deployment ended. */
export function ranOnce({ outcome, release }: DeploymentSummary): RunningService {
  const isThere = outcome === 'succeeded';
  return {
    buildNumber: isThere ? release.buildNumber.toString() : undefined,
    commit: isThere ? release.commit : undefined,
    digests: [],
    podsReady: 0,
    podsWanted: 0,
    health: isThere ? 'done' : outcome === 'running' ? 'rolling-out' : 'failing',
  };
}

/** A CronJob as it is in the cluster. */
export interface DeployedCronJob {
  readonly object: KubernetesObject;
  /** When it was applied as it is, ISO 8601; undefined where that is not known. */
  readonly deployedAt: string | undefined;
}

/**
 * Returns what runs of a service: its pods that run all the time, if it has any, and its CronJobs.
 * @param pods what there is of those pods.
 */
export function withCronJobs(
  pods: RunningService | undefined,
  cronJobs: readonly DeployedCronJob[],
  service: string,
): RunningService | undefined {
  const images = cronJobs.flatMap(({ object }) => serviceContainerOf(object, service)?.['image'] ?? []);
  const digests = images.flatMap((image) => /@(sha256:[0-9a-f]{64})$/.exec(String(image))?.[1] ?? []);
  const own = cronJobs.find(({ object }) => serviceContainerOf(object, service));
  if (!pods && !own) return undefined;
  const schedules = cronJobs
    .map(({ object, deployedAt }) => scheduledRunsOf(object, deployedAt))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (schedules.length === 0) return pods;
  const health = healthOfSchedules(schedules);
  const { annotations = {} } = own?.object.metadata ?? {};
  const alone = {
    buildNumber: annotations[annotation.buildNumber],
    commit: annotations[annotation.commit],
    digests: [],
    podsReady: 0,
    podsWanted: 0,
    health,
  };
  // What pods do is suspended by nobody.
  const isWorst = health === 'failing' && pods !== undefined && isWorse(health, pods.health);
  return {
    ...(pods ?? alone),
    ...(isWorst ? { health } : {}),
    digests: [...new Set([...(pods?.digests ?? []), ...digests])],
    schedules,
  };
}
