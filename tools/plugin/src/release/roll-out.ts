import type {
  Actor,
  DeploymentCause,
  DeploymentEnding,
  DeploymentRecord,
  Hold,
  NewDeploymentRecord,
} from '../model/deployment-record.ts';
import type { KubernetesObject } from '../model/kubernetes-object.ts';
import { stampActor } from '../model/manifests/actor.ts';
import { Failure, ProductError } from '../model/product-error.ts';
import type { Release } from '../model/release.ts';
import type { ChangeSet, Cluster, RolloutResult, ServiceLock } from './ports/cluster.ts';
import type { Reporter } from './ports/reporter.ts';
import type { ReleasePorts } from './release-ports.ts';

/** A release, rendered for an environment, that shall be put in. */
export interface Rollout {
  readonly environment: string;
  readonly release: Release;
  readonly objects: readonly KubernetesObject[];
  readonly actor: Actor;
  readonly cause: DeploymentCause;
  /** The hold that is in force from now on. */
  readonly hold: Hold | undefined;
  /** Takes over objects that belong to another service or another deployer. */
  readonly adopt: boolean;
  /** What is put back when this fails; nothing is, where there is none. */
  readonly fallback: DeploymentRecord | undefined;
}

/** How long a rollout may take, and what ends it early. */
export interface RolloutLimits {
  /** Milliseconds that the rollout may take. */
  readonly timeout: number;
  /** Aborted when the command shall stop. */
  readonly signal?: AbortSignal;
}

/** The environment that is written to, under the service's lock. */
export interface LockedCluster {
  readonly cluster: Cluster;
  readonly lock: ServiceLock;
}

/**
 * Puts a release in, waits until all of it serves, and takes away what it no longer has. One that fails is followed by
 * the release that served before; what serves is never taken away.
 * @throws {Failure} when it was tried and the release does not get ready, or when somebody stopped it.
 */
export async function rollOut(
  rollout: Rollout,
  at: LockedCluster,
  limits: RolloutLimits,
  ports: Pick<ReleasePorts, 'clock'>,
  reporter: Reporter,
): Promise<{ changes: ChangeSet; record: DeploymentRecord }> {
  const attempt = await putIn(rollout, at, limits, ports, reporter);
  if ('record' in attempt) return attempt;
  const { failure } = attempt;
  if (attempt.outcome !== 'failed') throw failure;
  throw withRemedy(failure, await goBack(rollout, failure, at, limits, ports, reporter));
}

type Attempt =
  | { readonly changes: ChangeSet; readonly record: DeploymentRecord }
  | { readonly outcome: 'failed' | 'cancelled' | 'unknown'; readonly failure: Failure };

/** @returns what came of it; throws for bugs only. */
async function putIn(
  rollout: Rollout,
  { cluster, lock }: LockedCluster,
  { timeout, signal }: RolloutLimits,
  { clock }: Pick<ReleasePorts, 'clock'>,
  reporter: Reporter,
): Promise<Attempt> {
  const { environment, release, objects, adopt } = rollout;
  const { service } = release;
  const record = await cluster.openRecord(newRecord(rollout, clock()));
  const close = (ending: DeploymentEnding) => cluster.closeRecord(record, ending);
  const stop = AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]);
  try {
    const applied = await cluster.apply(service, objects, { adopt });
    reporter.step(`${environment}: ${describeChanges(applied)}`);
    const onProgress = (line: string) => reporter.step(`${environment}: ${line}`);
    const result = await cluster.waitUntilReady(objects, { timeout, signal: stop, onProgress });
    if (result.state === 'ready') {
      const pruned = await cluster.prune(service, objects);
      if (pruned.length > 0) reporter.step(`${environment}: ${describeChanges(pruned)}`);
      return { changes: [...applied, ...pruned], record: await close({ outcome: 'succeeded' }) };
    }
    // Whoever took the lock over has said in our record how it ended.
    if (lock.lost.aborted) return { outcome: 'unknown', failure: lostLock(rollout, lock) };
    if (result.state === 'interrupted') {
      // Said at once: who stopped the command may have ended whoever would show its result.
      reporter.warn(`${environment}: stopped; the cluster goes on with what it was told`);
      await close({ outcome: 'cancelled', reason: 'Somebody stopped it.' });
      return { outcome: 'cancelled', failure: stopped(rollout) };
    }
    await close({ outcome: 'failed', reason: result.reason });
    return { outcome: 'failed', failure: failed(rollout, result) };
  } catch (error) {
    if (lock.lost.aborted) return { outcome: 'unknown', failure: lostLock(rollout, lock) };
    const reason = error instanceof Error ? error.message : String(error);
    const isTold = await close({ outcome: 'failed', reason }).then(
      () => true,
      () => false,
    );
    if (!(error instanceof ProductError)) throw error;
    // A refusal says that nothing was changed, which is no longer true here.
    const failure = error instanceof Failure ? error : new Failure({ ...error.facts, cause: error });
    // Where nothing can be written, nothing can be put back either.
    return { outcome: isTold ? 'failed' : 'unknown', failure };
  }
}

/** Puts the fallback in. @returns a sentence that tells what serves now. */
async function goBack(
  { environment, release, actor, fallback }: Rollout,
  failure: Failure,
  at: LockedCluster,
  { timeout, signal }: RolloutLimits,
  ports: Pick<ReleasePorts, 'clock'>,
  reporter: Reporter,
): Promise<string> {
  if (!fallback) return 'Nothing was taken away: what served before goes on serving.';
  if (signal?.aborted) return 'It was not put back, because somebody stopped it.';
  const { buildNumber } = fallback.release;
  reporter.warn(`${environment}: ${release.buildNumber} failed; goes back to ${buildNumber}`);
  const attempt = await putIn(
    {
      environment,
      release: fallback.release,
      objects: stampActor(fallback.manifests, actor),
      actor,
      cause: {
        action: 'automatic-rollback',
        reason: `${release.buildNumber} failed: ${failure.facts.reason}`.slice(0, 500),
      },
      hold: fallback.hold,
      adopt: false,
      fallback: undefined,
    },
    at,
    { timeout, ...(signal ? { signal } : {}) },
    ports,
    reporter,
  );
  if ('record' in attempt) return `${buildNumber} was put back by itself and serves.`;
  return `Going back to ${buildNumber} failed too (${attempt.failure.facts.reason}); the pods that served go on serving.`;
}

function newRecord(rollout: Rollout, now: Date): NewDeploymentRecord {
  const { environment, release, objects, actor, cause, hold } = rollout;
  return {
    environment,
    release,
    manifests: objects,
    actor,
    cause,
    ...(hold ? { hold } : {}),
    startedAt: now.toISOString(),
  };
}

/** `ConfigMap orders-1a2b created, Deployment orders configured, 3 unchanged`. */
export function describeChanges(changes: ChangeSet): string {
  const named = changes
    .filter(({ action }) => action !== 'unchanged')
    .map(({ kind, name, action }) => `${kind} ${name} ${action}`);
  const unchanged = changes.length - named.length;
  return [...named, ...(unchanged > 0 ? [`${unchanged} unchanged`] : [])].join(', ');
}

function doingOf({ environment, release }: Rollout): string {
  return `deploy ${release.service} ${release.buildNumber} to ${environment}`;
}

function failed(rollout: Rollout, result: Exclude<RolloutResult, { state: 'ready' }>): Failure {
  return new Failure({
    type: `rollout-${result.state}`,
    doing: doingOf(rollout),
    reason: result.reason,
    remedy: 'Mend it and release again.',
    evidence: result.evidence,
  });
}

function stopped(rollout: Rollout): Failure {
  return new Failure({
    type: 'interrupted',
    doing: doingOf(rollout),
    reason: 'Somebody stopped it while the cluster was rolling it out.',
    remedy: `The cluster goes on with what it was told, and old pods serve until new ones do. Run the same command again to finish it, or "nx run ${rollout.release.service}:rollback --env=${rollout.environment}".`,
  });
}

function lostLock(rollout: Rollout, { lost }: ServiceLock): Failure {
  const cause: unknown = lost.reason;
  const facts = cause instanceof ProductError ? cause.facts : undefined;
  return new Failure({
    type: 'lock-lost',
    doing: doingOf(rollout),
    reason: facts?.reason ?? 'Somebody else has taken its lock over.',
    remedy:
      facts?.remedy ?? 'Run the same command again; it waits for the other one and goes on from what is there then.',
    cause,
  });
}

function withRemedy(failure: Failure, sentence: string): Failure {
  const { facts } = failure;
  return new Failure({ ...facts, remedy: `${sentence} ${facts.remedy}`, cause: failure });
}
