import { describeChangeSummary } from '../../../model/observe/change-summary.ts';
import type { DeploymentRecord, NewDeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { suspectLines } from '../../../model/commits/commit.ts';
import { stampActor } from '../../../model/manifests/actor.ts';
import { downtimeExceptions } from '../../../model/manifests/rules/downtime/no-downtime.ts';
import { Failure, ProductError } from '../../../model/errors/product-error.ts';
import type { CanaryRun } from '../../canary/canary-run.ts';
import type { ChangeSet } from '../../../ports/cluster.ts';
import type { DeployContext } from '../deploy-context.ts';
import { recordAttempt, type AttemptOutcome, type WorkResult } from './recorded-attempt.ts';
import { canaryRunOf, endLeftCanary } from './rollout-canary.ts';
import { RolloutProbe } from './rollout-probe.ts';
import { publicationOfFallback, RolloutPublication } from './rollout-publication.ts';
import { applyAndWait, runJobs } from './rollout-steps.ts';
import type { Rollout } from './rollout.ts';

type RolloutOutcome = AttemptOutcome<DeploymentRecord, ChangeSet>;

/**
 * Deploys a release, waits until all of it is ready, and removes what it no longer has. One that fails is followed by the
 * release that ran before; what is serving is never removed.
 * @throws {Failure} when it was tried and the release does not get ready, or when the command was interrupted.
 */
export async function rollOut(
  asked: Rollout,
  context: DeployContext,
): Promise<{ changes: ChangeSet; record: DeploymentRecord }> {
  const rollout = await endLeftCanary(asked, context);
  const canary = canaryRunOf(rollout, context);
  const publication = new RolloutPublication(rollout, context);
  const attempt = await applyAndRecord(rollout, context, publication, canary);
  if (attempt.outcome === 'succeeded') return { changes: attempt.value, record: attempt.record };
  if (attempt.outcome !== 'failed' || publication.lacksOnlyTheDoor) throw attempt.failure;
  const [sentence, suspects] = await Promise.all([
    canary && !canary.isRolling && !publication.hasReachedClients
      ? canary.whatServes
      : restorePrevious(rollout, attempt.failure, context),
    // The failure is reported also where the suspects cannot be found.
    (rollout.suspects?.() ?? Promise.resolve([])).catch(() => []),
  ]);
  const { facts } = attempt.failure;
  throw new Failure({
    ...facts,
    remedy: `${sentence} ${facts.remedy}`,
    evidence: [...(facts.evidence ?? []), ...suspectLines(suspects)],
    cause: attempt.failure,
  });
}

/**
 * Deploys a release, records it, and reports it to the forge. Throws for bugs, and for what fails before it is recorded.
 */
async function applyAndRecord(
  rollout: Rollout,
  context: DeployContext,
  publication = new RolloutPublication(rollout, context),
  canary?: CanaryRun,
): Promise<RolloutOutcome> {
  const { environment, release } = rollout;
  const { cluster, lock, limits, reporter, ports } = context;
  limits.signal?.throwIfAborted();
  await publication.stage();
  const announced = context.announce(rollout);
  const probe = new RolloutProbe(rollout, context);
  const whatStays = canary ? 'the canary stays as it is' : 'the rollout continues in the cluster';
  try {
    const attempt = await recordAttempt<DeploymentRecord, ChangeSet>({
      doing: `deploy ${release.service} ${release.buildNumber} to ${environment.name}`,
      lock,
      signal: limits.signal,
      open: () => cluster.openRecord(newRecord(rollout, ports.clock())),
      run: (stop, record) => {
        const stoppable = { ...context, limits: { ...limits, signal: stop } };
        const recorded = { rollout, canary, record, publication };
        return publication.around(() => rollRecorded(recorded, stoppable, probe), stop);
      },
      close: async (record, ending) =>
        cluster.closeRecord(record, { ...ending, ...(await probe.stop()), ...publication.outcome }),
      onUnrecorded: (reason) =>
        reporter.warn(
          `${environment.name}: ${release.buildNumber} is serving, but that could not be recorded: ${reason}`,
        ),
      onInterrupted: () => reporter.warn(`${environment.name}: interrupted; ${whatStays}`),
      interruption: 'The command was interrupted during the rollout.',
      remedies: { failed: 'Fix the cause and release again.', interrupted: remedyOfInterruption(rollout) },
    });
    if (attempt.outcome === 'succeeded') announced.end({ state: 'success' });
    else announced.end({ state: attempt.outcome === 'failed' ? 'failure' : 'error', type: attempt.failure.facts.type });
    return attempt;
  } catch (error) {
    announced.end({ state: 'error', isInterrupted: limits.signal?.aborted === true });
    throw error;
  } finally {
    await probe.stop();
  }
}

function remedyOfInterruption({ release: { service }, environment: { name }, canary }: Rollout): string {
  return canary
    ? `The canary stays as it is. Run the same command again to continue, or \`nx run ${service}:canary --promote\` or \`--abort\` with \`--env=${name}\`.`
    : `The rollout continues in the cluster; old pods serve until new ones are ready. Run the same command again to resume, or \`nx run ${service}:rollback --env=${name}\`.`;
}

/** A rollout once its record is open. */
interface RecordedRollout {
  readonly rollout: Rollout;
  /** Set when the release gets clients' requests bit by bit first. */
  readonly canary: CanaryRun | undefined;
  readonly record: DeploymentRecord;
  readonly publication: RolloutPublication;
}

/** Does a rollout, all at once or as a canary. */
async function rollRecorded(
  { rollout, canary, record, publication }: RecordedRollout,
  context: DeployContext,
  probe: RolloutProbe,
): Promise<WorkResult<ChangeSet>> {
  if (!canary) return applyAndWait(rollout, context, probe);
  const { release, plan } = rollout;
  await probe.begin(true);
  return canary.run<ChangeSet>(record, {
    runJobs: () => runJobs(rollout, context),
    preview: (headers) => publication.preview(headers, context.limits.signal!),
    roll: async (objects) => {
      // The cluster has changed since it was planned.
      const again = await context.cluster.plan(release.service, objects, { ...plan?.options, jobs: [] });
      return applyAndWait({ ...rollout, objects, jobs: [], plan: again }, context, probe);
    },
  });
}

/** Deploys the fallback. @returns a sentence that tells what is serving now. */
async function restorePrevious(rollout: Rollout, failure: Failure, context: DeployContext): Promise<string> {
  const { environment, release, actor, hold, fallback } = rollout;
  if (!fallback) return 'Nothing was removed: what was serving before still is.';
  if (context.limits.signal?.aborted) return 'It was not rolled back, because the command was interrupted.';
  const { buildNumber } = fallback.release;
  context.reporter.warn(`${environment.name}: ${release.buildNumber} failed; rolling back to ${buildNumber}`);
  const reason = `${release.buildNumber} failed: ${failure.facts.reason}`.slice(0, 500);
  const publication = await publicationOfFallback(rollout, context);
  const previous: Rollout = {
    environment,
    release: fallback.release,
    objects: stampActor(fallback.manifests, actor),
    renderedBy: fallback.renderedBy,
    jobs: [],
    actor,
    cause: { action: 'automatic-rollback', reason },
    hold: hold ?? fallback.hold,
    fallback: undefined,
    publication,
  };
  const attempt = await applyAndRecord(previous, context).catch((error: unknown) => {
    // Not even its record could be opened: what is reported is still why it was to be restored.
    if (!(error instanceof ProductError)) throw error;
    return { outcome: 'unknown' as const, failure: error };
  });
  if (attempt.outcome === 'succeeded') return `Rolled back to ${buildNumber} automatically; it is serving.`;
  return `Rolling back to ${buildNumber} failed too (${attempt.failure.facts.reason}); the pods that were serving still are.`;
}

function newRecord(rollout: Rollout, now: Date): NewDeploymentRecord {
  const { environment, release, objects, actor, cause, hold, publication } = rollout;
  const exceptions = rollout.exceptions ?? downtimeExceptions(release.service, objects);
  return {
    environment: environment.name,
    release,
    manifests: objects,
    ...(rollout.renderedBy === undefined ? {} : { renderedBy: rollout.renderedBy }),
    actor,
    cause,
    ...(hold ? { hold } : {}),
    ...(exceptions.length > 0 ? { exceptions } : {}),
    ...(publication ? { publishes: publication.toRecord() } : {}),
    ...(rollout.canary ? { canary: rollout.canary.plan } : {}),
    startedAt: now.toISOString(),
  };
}

/** `ConfigMap orders-1a2b created, Deployment orders configured, 3 unchanged`. */
export function describeChangeSet(changes: ChangeSet): string {
  return describeChangeSummary(changes);
}
