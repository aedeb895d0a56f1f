import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { closeAbandoned } from './rollout/recorded-attempt.ts';
import type { DeployContext, DeployEquipment } from './deploy-context.ts';

/** The service to lock, where, and for whom. */
export interface LockRequest {
  readonly service: string;
  readonly environment: Pick<Environment, 'name'>;
  readonly actor: Actor;
}

/** A deployment and its state. */
export type DeploymentMark = Pick<DeploymentRecord, 'sequence' | 'outcome' | 'release'>;

/**
 * Reports whether what was planned before the lock was taken may be an old plan: another deployment ran since, also one that
 * nobody was seen waiting for, or died.
 * @param plannedAfter the newest deployment before it was planned.
 */
export function isOutdated(
  plannedAfter: DeploymentMark | undefined,
  { records: [newest], hasWaited }: Pick<DeployContext, 'records' | 'hasWaited'>,
): boolean {
  return hasWaited || newest?.sequence !== plannedAfter?.sequence || newest?.outcome !== plannedAfter?.outcome;
}

/**
 * Runs an action under the one write lock of a service in an environment. The lock's new holder closes the record of the
 * one before: a deployment that is still `running` then is one whose deployer died.
 */
export async function withServiceLock<T>(
  { service, environment, actor }: LockRequest,
  equipment: DeployEquipment,
  action: (context: DeployContext) => Promise<T>,
): Promise<T> {
  const { cluster, reporter, limits } = equipment;
  const { signal } = limits;
  const { name } = environment;
  let hasWaited = false;
  const onWait = (heldBy: string) => {
    hasWaited = true;
    limits.onWait?.();
    reporter.step(`${name}: waiting for ${heldBy}, who is deploying ${service}`);
  };
  signal?.throwIfAborted();
  const lock = await cluster.lock(service, actor, onWait, signal);
  try {
    signal?.throwIfAborted();
    const records = await closeAbandoned<DeploymentRecord>(await cluster.records(service), actor, {
      warn: ({ release, startedAt }, by) =>
        reporter.warn(`${name}: ${by} abandoned ${service} ${release.buildNumber}, begun ${startedAt}`),
      close: (record, ending) => cluster.closeRecord(record, ending),
    });
    return await action({ ...equipment, lock, hasWaited, records });
  } finally {
    await lock.release();
  }
}
