import type { DeploymentRecord } from '../model/deployment-record.ts';
import { Failure, Refusal } from '../model/product-error.ts';
import { planDeploy, refuseMissingImage, type DeployPlan, type DeployTarget } from './plan-deploy.ts';
import type { ChangeSet, RolloutResult, ServiceLock } from './ports/cluster.ts';
import type { Reporter } from './ports/reporter.ts';
import type { ReleasePorts } from './release-ports.ts';

/** How a deploy shall be done. */
export interface DeployOptions {
  /** Deploys also over a newer release. */
  readonly force: boolean;
  /** Milliseconds that the rollout may take. */
  readonly timeout: number;
  /** Aborted when the command shall stop. */
  readonly signal?: AbortSignal;
}

/** What a deploy came to. */
export type DeployResult =
  | { readonly state: 'deployed'; readonly changes: ChangeSet; readonly record: DeploymentRecord }
  | { readonly state: 'unchanged' }
  /** A newer release was there, or came while this one waited. */
  | { readonly state: 'superseded'; readonly by: DeploymentRecord };

/**
 * Puts a release into an environment and waits until all of it serves.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} when it was tried and the
 * release does not get ready; pods of the release before it go on serving then.
 */
export async function deploy(
  target: DeployTarget,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, environment } = target;
  const [plan] = await Promise.all([planDeploy(target, ports, reporter), refuseMissingImage(target, ports)]);
  const { cluster, objects } = plan;
  let hasWaited = false;
  const lock = await cluster.lock(service.name, target.actor, (heldBy) => {
    hasWaited = true;
    reporter.step(`${environment.name}: waits for ${heldBy}, who is deploying ${service.name}`);
  });
  try {
    // What was planned before somebody else wrote is no plan any more.
    const current = hasWaited ? { ...plan, changes: await cluster.plan(service.name, objects, target) } : plan;
    return await deployLocked(target, current, lock, options, ports, reporter);
  } finally {
    await lock.release();
  }
}

async function deployLocked(
  target: DeployTarget,
  { cluster, objects, changes }: DeployPlan,
  lock: ServiceLock,
  { force, timeout, signal }: DeployOptions,
  { clock }: ReleasePorts,
  reporter: Reporter,
): Promise<DeployResult> {
  const { service, release, environment, actor } = target;
  const newest = (await cluster.records(service.name)).find(({ outcome }) => outcome === 'succeeded');
  if (newest?.release.buildNumber.isNewerThan(release.buildNumber) && !force)
    return { state: 'superseded', by: newest };
  const isThere = newest?.release.buildNumber.equals(release.buildNumber) ?? false;
  if (isThere && changes.every(({ action }) => action === 'unchanged')) return { state: 'unchanged' };

  for (const { kind, name, takenOver = [] } of changes) {
    for (const field of takenOver) reporter.warn(`${environment.name}: takes over ${kind} ${name}: ${field}`);
  }
  const record = await cluster.openRecord({
    environment: environment.name,
    release,
    manifests: objects,
    actor,
    cause: { action: 'deploy' },
    startedAt: clock().toISOString(),
  });
  const stop = anySignal(lock.lost, signal);
  let result: RolloutResult;
  try {
    const applied = await cluster.apply(service.name, objects, target);
    reporter.step(`${environment.name}: ${describeChanges(applied)}`);
    result = await cluster.waitUntilReady(objects, {
      timeout,
      signal: stop,
      onProgress: (line) => reporter.step(`${environment.name}: ${line}`),
    });
    if (result.state === 'ready') {
      const pruned = await cluster.prune(service.name, objects);
      if (pruned.length > 0) reporter.step(`${environment.name}: ${describeChanges(pruned)}`);
      return {
        state: 'deployed',
        changes: [...applied, ...pruned],
        record: await cluster.closeRecord(record, { outcome: 'succeeded' }),
      };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await cluster.closeRecord(record, { outcome: 'failed', reason }).catch(() => undefined);
    // A refusal says that nothing was changed, which is no longer true here.
    throw error instanceof Refusal ? new Failure({ ...error.facts, cause: error }) : error;
  }
  await cluster.closeRecord(record, { outcome: 'failed', reason: result.reason });
  throw new Failure({
    type: `rollout-${result.state}`,
    doing: `deploy ${service.name} ${release.buildNumber} to ${environment.name}`,
    reason: result.reason,
    remedy: newest
      ? `Pods of ${newest.release.buildNumber} go on serving. Mend it and release again, or go back with "nx run ${service.name}:k8s-deploy --env=${environment.name} --tag=${newest.release.buildNumber} --force".`
      : 'Mend it and release again.',
    evidence: result.evidence,
  });
}

/** `ConfigMap orders-1a2b created, Deployment orders configured, 3 unchanged`. */
export function describeChanges(changes: ChangeSet): string {
  const named = changes
    .filter(({ action }) => action !== 'unchanged')
    .map(({ kind, name, action }) => `${kind} ${name} ${action}`);
  const unchanged = changes.length - named.length;
  return [...named, ...(unchanged > 0 ? [`${unchanged} unchanged`] : [])].join(', ');
}

function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
