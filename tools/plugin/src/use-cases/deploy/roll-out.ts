import type { Actor } from '../../model/release/actor.ts';
import type {
  DeploymentCause,
  DeploymentEnding,
  DeploymentRecord,
  Hold,
  NewDeploymentRecord,
  ProbeResult,
} from '../../model/deploy/deployment-record.ts';
import { describeChangeSummary } from '../../model/observe/change-summary.ts';
import { suspectLines, type Commit } from '../../model/commits/commit.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { describeObject, type KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { stampActor } from '../../model/manifests/actor.ts';
import { Failure, ProductError } from '../../model/errors/product-error.ts';
import { describeProbe } from '../../model/deploy/probe-result.ts';
import { probeTargetOf } from '../../model/deploy/probe-target.ts';
import type { Release } from '../../model/release/release.ts';
import { announcedAs, type Announce } from '../announce/announce-deployment.ts';
import type { ChangeSet, Cluster, RolloutResult, ServiceLock } from '../../ports/cluster.ts';
import type { Prober } from '../../ports/prober.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** A release, rendered for an environment, that shall be put in. */
export interface Rollout {
  readonly environment: Environment;
  readonly release: Release;
  readonly objects: readonly KubernetesObject[];
  /** Run before the workloads are replaced, one after the other. */
  readonly jobs: readonly KubernetesObject[];
  readonly actor: Actor;
  readonly cause: DeploymentCause;
  /** The hold that is in force from now on. */
  readonly hold: Hold | undefined;
  /** Takes over objects that belong to another service or another deployer. */
  readonly adopt: boolean;
  /** Commits that may be to blame when this fails. */
  readonly suspects?: () => Promise<readonly Commit[]>;
  /** What is put back when this fails; nothing is, where there is none. */
  readonly fallback: DeploymentRecord | undefined;
  /** Tells of it outside. */
  readonly announce: Announce;
}

/** How long a rollout may take, and what ends it early. */
export interface RolloutLimits {
  /** Milliseconds that the rollout may take. */
  readonly timeout: number;
  /** Aborted when the command shall stop. */
  readonly signal?: AbortSignal;
}

type RolloutPorts = Pick<ReleasePorts, 'clock' | 'prober'>;
type NotReady = Exclude<RolloutResult, { state: 'ready' }>;

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
  ports: RolloutPorts,
  reporter: Reporter,
): Promise<{ changes: ChangeSet; record: DeploymentRecord }> {
  const attempt = await putIn(rollout, at, limits, ports, reporter);
  if ('record' in attempt) return attempt;
  const { failure } = attempt;
  if (attempt.outcome !== 'failed') throw failure;
  const [sentence, suspects] = await Promise.all([
    goBack(rollout, failure, at, limits, ports, reporter),
    // That nobody knows who is to blame must not hide what happened.
    (rollout.suspects?.() ?? Promise.resolve([])).catch(() => []),
  ]);
  const { facts } = failure;
  throw new Failure({
    ...facts,
    remedy: `${sentence} ${facts.remedy}`,
    evidence: [...(facts.evidence ?? []), ...suspectLines(suspects)],
    cause: failure,
  });
}

type Attempt =
  | { readonly changes: ChangeSet; readonly record: DeploymentRecord }
  | { readonly outcome: 'failed' | 'cancelled' | 'unknown'; readonly failure: Failure };

/** Puts a release in, and tells of it outside. @returns what came of it; throws for bugs only. */
async function putIn(
  rollout: Rollout,
  at: LockedCluster,
  limits: RolloutLimits,
  ports: RolloutPorts,
  reporter: Reporter,
): Promise<Attempt> {
  const announced = rollout.announce(rollout);
  try {
    const attempt = await attemptTo(rollout, at, limits, ports, reporter);
    if ('record' in attempt) announced.end('success', `${rollout.release.buildNumber} serves.`);
    else announced.end(announcedAs(attempt.outcome), attempt.failure.facts.reason);
    return attempt;
  } catch (error) {
    announced.end('error', 'It broke down.');
    throw error;
  }
}

async function attemptTo(
  rollout: Rollout,
  { cluster, lock }: LockedCluster,
  { timeout, signal }: RolloutLimits,
  { clock, prober }: RolloutPorts,
  reporter: Reporter,
): Promise<Attempt> {
  const { release, objects, jobs, adopt } = rollout;
  const { service } = release;
  const { name } = rollout.environment;
  const stop = AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]);
  const [record, probe] = await Promise.all([
    cluster.openRecord(newRecord(rollout, clock())),
    startProbe(rollout, prober, reporter),
  ]);
  const close = async (ending: DeploymentEnding) => cluster.closeRecord(record, { ...ending, ...(await probe.stop()) });
  const fail = async (result: NotReady): Promise<Attempt> => {
    // Whoever took the lock over has said in our record how it ended.
    if (lock.lost.aborted) return { outcome: 'unknown', failure: lostLock(rollout, lock) };
    if (result.state === 'interrupted') {
      // Said at once: who stopped the command may have ended whoever would show its result.
      reporter.warn(`${name}: stopped; the cluster goes on with what it was told`);
      await close({ outcome: 'cancelled', reason: 'Somebody stopped it.' });
      return { outcome: 'cancelled', failure: stopped(rollout) };
    }
    await close({ outcome: 'failed', reason: result.reason });
    return { outcome: 'failed', failure: failed(rollout, result) };
  };
  try {
    const limits = { timeout, signal: stop };
    const beforeWorkloads = () => runJobs(rollout, cluster, limits, reporter);
    const applied = await cluster.apply(service, objects, { adopt, ...(jobs.length > 0 ? { beforeWorkloads } : {}) });
    reporter.step(`${name}: ${describeChangeSet(applied)}`);
    const onProgress = (line: string) => reporter.step(`${name}: ${line}`);
    // What is too much does not change while pods do; most often it is nothing, which costs no time then.
    const superfluous = cluster.prune(service, objects, { dryRun: true });
    superfluous.catch(() => undefined);
    const result = await cluster.waitUntilReady(objects, { ...limits, onProgress });
    if (result.state !== 'ready') return await fail(result);
    const pruned = (await superfluous).length > 0 ? await cluster.prune(service, objects) : [];
    if (pruned.length > 0) reporter.step(`${name}: ${describeChangeSet(pruned)}`);
    return { changes: [...applied, ...pruned], record: await close({ outcome: 'succeeded' }) };
  } catch (error) {
    if (error instanceof JobEnded) return await fail(error.result);
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
  } finally {
    await probe.stop();
  }
}

/** Ends applying when a Job did not end well. */
class JobEnded extends Error {
  readonly result: NotReady;

  constructor(result: NotReady) {
    super(result.reason);
    this.result = result;
  }
}

async function runJobs(
  { environment, release, jobs }: Rollout,
  cluster: Cluster,
  limits: { timeout: number; signal: AbortSignal },
  reporter: Reporter,
): Promise<void> {
  for (const job of jobs) {
    const say = (line: string) => reporter.step(`${environment.name}: ${describeObject(job)}: ${line}`);
    const result = await cluster.runJob(release.service, job, { ...limits, onLine: (line) => say(`| ${line}`) });
    if (result.state !== 'succeeded') throw new JobEnded(result);
    say(result.hadRun ? 'has run already' : 'done');
  }
}

/** Begins to ask the service from outside, where it can be asked. What becomes of that never stops a deployment. */
async function startProbe(
  { environment, release, objects }: Rollout,
  prober: Prober,
  reporter: Reporter,
): Promise<{ stop(): Promise<{ probe?: ProbeResult }> }> {
  const target = probeTargetOf(release.service, objects, environment);
  const running = 'reason' in target ? target : await prober.start(target);
  if ('reason' in running) {
    reporter.step(`${environment.name}: not probed: ${running.reason}`);
    return { stop: async () => ({}) };
  }
  let stopped: Promise<{ probe: ProbeResult }> | undefined;
  const end = async () => {
    const probe = await running.stop();
    const line = `${environment.name}: requests meanwhile: ${describeProbe(probe)}`;
    if (probe.failed > 0) reporter.warn(line);
    else reporter.step(line);
    return { probe };
  };
  return { stop: () => (stopped ??= end()) };
}

/** Puts the fallback in. @returns a sentence that tells what serves now. */
async function goBack(
  { environment, release, actor, hold, fallback, announce }: Rollout,
  failure: Failure,
  at: LockedCluster,
  { timeout, signal }: RolloutLimits,
  ports: RolloutPorts,
  reporter: Reporter,
): Promise<string> {
  if (!fallback) return 'Nothing was taken away: what served before goes on serving.';
  if (signal?.aborted) return 'It was not put back, because somebody stopped it.';
  const { buildNumber } = fallback.release;
  reporter.warn(`${environment.name}: ${release.buildNumber} failed; goes back to ${buildNumber}`);
  const attempt = await putIn(
    {
      environment,
      release: fallback.release,
      objects: stampActor(fallback.manifests, actor),
      jobs: [],
      actor,
      cause: {
        action: 'automatic-rollback',
        reason: `${release.buildNumber} failed: ${failure.facts.reason}`.slice(0, 500),
      },
      hold: hold ?? fallback.hold,
      adopt: false,
      fallback: undefined,
      announce,
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
    environment: environment.name,
    release,
    manifests: objects,
    actor,
    cause,
    ...(hold ? { hold } : {}),
    startedAt: now.toISOString(),
  };
}

/** `ConfigMap orders-1a2b created, Deployment orders configured, 3 unchanged`. */
export function describeChangeSet(changes: ChangeSet): string {
  return describeChangeSummary(changes);
}

function doingOf({ environment, release }: Rollout): string {
  return `deploy ${release.service} ${release.buildNumber} to ${environment.name}`;
}

function failed(rollout: Rollout, result: NotReady): Failure {
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
    remedy: `The cluster goes on with what it was told, and old pods serve until new ones do. Run the same command again to finish it, or "nx run ${rollout.release.service}:rollback --env=${rollout.environment.name}".`,
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
