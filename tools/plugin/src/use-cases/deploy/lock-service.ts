import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { LockedCluster } from './roll-out.ts';

/** What is known when a service may be written to. */
export interface LockedService extends LockedCluster {
  /** Whether somebody else was at it meanwhile, so that what was found before may have changed. */
  readonly hasWaited: boolean;
  /** Newest first; none of them is running. */
  readonly records: readonly DeploymentRecord[];
}

/**
 * Runs an action under the one write lock of a service in an environment. Whoever gets the lock finds out what became of
 * the one before: a deployment that is still `running` then is one whose deployer died.
 */
export async function withServiceLock<T>(
  service: string,
  environment: string,
  actor: Actor,
  cluster: Cluster,
  reporter: Reporter,
  action: (locked: LockedService) => Promise<T>,
): Promise<T> {
  let hasWaited = false;
  const lock = await cluster.lock(service, actor, (heldBy) => {
    hasWaited = true;
    reporter.step(`${environment}: waits for ${heldBy}, who is deploying ${service}`);
  });
  try {
    const records = await Promise.all(
      (await cluster.records(service)).map((record) => {
        if (record.outcome !== 'running') return record;
        reporter.warn(
          `${environment}: ${record.actor.person} (${record.actor.run}) abandoned ${service} ${record.release.buildNumber}, begun ${record.startedAt}`,
        );
        return cluster.closeRecord(record, {
          outcome: 'abandoned',
          reason: `Its deployer died or lost its connection; found by ${actor.person} (${actor.run}).`,
        });
      }),
    );
    return await action({ cluster, lock, hasWaited, records });
  } finally {
    await lock.release();
  }
}
