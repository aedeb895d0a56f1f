import { describeChangeSummary } from '../../model/observe/change-summary.ts';
import type { DeploymentRecord, NewDeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { suspectLines } from '../../model/commits/commit.ts';
import { describeObject } from '../../model/manifests/kubernetes-object.ts';
import { warmUpHeader, warmUpRoutes } from '../../model/deploy/route-warm-up.ts';
import type { ApplyStage } from '../../model/manifests/kind-order.ts';
import { stampActor } from '../../model/manifests/actor.ts';
import { patienceIn } from '../../model/manifests/rules/rollout-patience.ts';
import { Failure, ProductError, Refusal } from '../../model/errors/product-error.ts';
import { announcedAs } from '../announce/announce-deployment.ts';
import type { Change, ChangeSet, Plan, RolloutResult, WaitOptions } from '../../ports/cluster.ts';
import type { DeployContext } from './deploy-context.ts';
import { recordAttempt, type AttemptOutcome, type WorkResult } from './recorded-attempt.ts';
import { RolloutProbe } from './rollout-probe.ts';
import { isReachable, trafficMoment, type Rollout } from './rollout.ts';

type RolloutOutcome = AttemptOutcome<DeploymentRecord, ChangeSet>;

/**
 * Deploys a release, waits until all of it is ready, and removes what it no longer has. One that fails is followed by the
 * release that ran before; what is serving is never removed.
 * @throws {Failure} when it was tried and the release does not get ready, or when the command was interrupted.
 */
export async function rollOut(
  rollout: Rollout,
  context: DeployContext,
): Promise<{ changes: ChangeSet; record: DeploymentRecord }> {
  const attempt = await applyAndRecord(rollout, context);
  if (attempt.outcome === 'succeeded') return { changes: attempt.value, record: attempt.record };
  if (attempt.outcome !== 'failed') throw attempt.failure;
  const [sentence, suspects] = await Promise.all([
    restorePrevious(rollout, attempt.failure, context),
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

/** Deploys a release, records it, and reports it to the forge. Throws for bugs only. */
async function applyAndRecord(rollout: Rollout, context: DeployContext): Promise<RolloutOutcome> {
  const { environment, release } = rollout;
  const { cluster, lock, limits, reporter, ports } = context;
  limits.signal?.throwIfAborted();
  const announced = context.announce(rollout);
  const probe = new RolloutProbe(rollout, context);
  try {
    const attempt = await recordAttempt<DeploymentRecord, ChangeSet>({
      doing: `deploy ${release.service} ${release.buildNumber} to ${environment.name}`,
      lock,
      signal: limits.signal,
      open: () => cluster.openRecord(newRecord(rollout, ports.clock())),
      run: (stop) => applyAndWait(rollout, { ...context, limits: { ...limits, signal: stop } }, probe),
      close: async (record, ending) => cluster.closeRecord(record, { ...ending, ...(await probe.stop()) }),
      onUnrecorded: (reason) =>
        reporter.warn(
          `${environment.name}: ${release.buildNumber} is serving, but that could not be recorded: ${reason}`,
        ),
      onInterrupted: () => reporter.warn(`${environment.name}: interrupted; the rollout continues in the cluster`),
      interruption: 'The command was interrupted during the rollout.',
      remedies: {
        failed: 'Fix the cause and release again.',
        interrupted: `The rollout continues in the cluster; old pods serve until new ones are ready. Run the same command again to resume, or \`nx run ${release.service}:rollback --env=${environment.name}\`.`,
      },
    });
    if (attempt.outcome === 'succeeded') announced.end('success', `${release.buildNumber} is serving.`);
    else announced.end(announcedAs(attempt.outcome), attempt.failure.facts.reason);
    return attempt;
  } catch (error) {
    announced.end('error', limits.signal?.aborted ? 'It was interrupted.' : 'An internal error ended it.');
    throw error;
  } finally {
    await probe.stop();
  }
}

/** Does a rollout step by step. @returns what was changed, or what it ended with. */
async function applyAndWait(
  rollout: Rollout,
  context: DeployContext,
  probe: RolloutProbe,
): Promise<WorkResult<ChangeSet>> {
  const plan = rollout.plan ?? (await context.cluster.plan(rollout.release.service, rollout.objects));
  const traffic = trafficMoment(rollout, plan.changes);
  const changes: Change[] = [];
  const apply = async (...stages: ApplyStage[]) =>
    void changes.push(...(await applyStages(plan, stages, rollout, context)));

  await probe.begin(isReachable(plan.changes));
  await apply('prerequisites', ...(traffic === 'before-workloads' ? ['traffic' as const] : []));
  const jobs = await runJobs(rollout, context);
  if (jobs.state !== 'ready') return jobs;
  await apply('workloads', ...(traffic === 'with-workloads' ? ['traffic' as const] : []));
  const superfluous = findSuperfluous(plan, context);
  const pods = await context.cluster.waitUntilReady(rollout.objects, waitOptions(rollout, context));
  if (pods.state !== 'ready') return pods;
  if (!isReachable(plan.changes)) await context.cluster.waitForEndpoints(rollout.objects, context.limits.signal);
  await probe.beforeOpening();
  if (traffic === 'after-ready') {
    await warmUp(plan, rollout, context, probe);
    await apply('traffic');
  }
  await probe.afterOpening();
  const routes = await context.cluster.waitUntilAccepted(rollout.objects, waitOptions(rollout, context));
  if (routes.state !== 'ready') return routes;
  const tidied = await tidyUp(async () => ((await superfluous).length > 0 ? prune(plan, rollout, context) : []));
  changes.push(...tidied.changes);
  if (tidied.remark !== undefined) context.reporter.warn(`${rollout.environment.name}: ${tidied.remark}`);
  return { state: 'succeeded', value: changes, remark: tidied.remark };
}

/** Removes what is superfluous, which disturbs nobody as long as it stays: the release serves, and nothing undoes it. */
async function tidyUp(remove: () => Promise<ChangeSet>): Promise<{ changes: ChangeSet; remark?: string }> {
  try {
    return { changes: await remove() };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return {
      changes: [],
      remark: `What the release no longer has could not be removed: ${error.facts.reason} The next deployment tries again.`,
    };
  }
}

/** Applies some steps of a plan, and says what changed. */
async function applyStages(
  plan: Plan,
  stages: readonly ApplyStage[],
  { environment }: Rollout,
  { cluster, reporter, limits }: DeployContext,
): Promise<ChangeSet> {
  const changes: Change[] = [];
  for (const stage of stages) {
    limits.signal?.throwIfAborted();
    changes.push(...(await cluster.apply(plan, stage, limits.signal)));
  }
  if (changes.some(({ action }) => action !== 'unchanged'))
    reporter.step(`${environment.name}: ${describeChangeSet(changes)}`);
  return changes;
}

/** Lets the gateway get to know what new routes lead to, before clients follow them. Never stops a deployment. */
async function warmUp(
  plan: Plan,
  { release }: Rollout,
  { cluster, limits }: DeployContext,
  probe: RolloutProbe,
): Promise<void> {
  const header = warmUpHeader(`${release.buildNumber}`);
  const routes = probe.canAsk ? warmUpRoutes(plan.objects, plan.changes, header) : [];
  if (routes.length === 0) return;
  try {
    const planned = await cluster.plan(plan.service, routes, { ...plan.options, jobs: [] });
    limits.signal?.throwIfAborted();
    await cluster.apply(planned);
  } catch (error) {
    // A policy may want host names; the routes open without a warm-up then.
    if (error instanceof Refusal) return;
    throw error;
  }
  await probe.warmUp(header);
}

async function runJobs({ environment, release, jobs }: Rollout, context: DeployContext): Promise<RolloutResult> {
  const { cluster, limits, reporter } = context;
  for (const job of jobs) {
    limits.signal?.throwIfAborted();
    const say = (line: string) => reporter.step(`${environment.name}: ${describeObject(job)}: ${line}`);
    const options = {
      ...limits,
      patience: patienceIn(environment),
      onLine: (line: string) => say(`| ${line}`),
      onProgress: say,
    };
    const result = await cluster.runJob(release.service, job, options);
    if (result.state !== 'succeeded') return result;
    say(result.hadRun ? 'has run already' : 'done');
  }
  return { state: 'ready' };
}

function waitOptions({ environment }: Rollout, { limits, reporter }: DeployContext): WaitOptions {
  const onProgress = (line: string) => reporter.step(`${environment.name}: ${line}`);
  return { ...limits, patience: patienceIn(environment), onProgress };
}

/** Finds what is superfluous while pods get ready, which does not change that; most often it is nothing, and costs no time. */
function findSuperfluous({ service, objects }: Plan, { cluster }: DeployContext): Promise<ChangeSet> {
  const superfluous = cluster.prune(service, objects, { dryRun: true });
  superfluous.catch(() => undefined);
  return superfluous;
}

async function prune(
  { service, objects }: Plan,
  { environment }: Rollout,
  { cluster, reporter, limits }: DeployContext,
): Promise<ChangeSet> {
  limits.signal?.throwIfAborted();
  const pruned = await cluster.prune(service, objects);
  if (pruned.length > 0) reporter.step(`${environment.name}: ${describeChangeSet(pruned)}`);
  return pruned;
}

/** Deploys the fallback. @returns a sentence that tells what is serving now. */
async function restorePrevious(rollout: Rollout, failure: Failure, context: DeployContext): Promise<string> {
  const { environment, release, actor, hold, fallback } = rollout;
  if (!fallback) return 'Nothing was removed: what was serving before still is.';
  if (context.limits.signal?.aborted) return 'It was not rolled back, because the command was interrupted.';
  const { buildNumber } = fallback.release;
  context.reporter.warn(`${environment.name}: ${release.buildNumber} failed; rolling back to ${buildNumber}`);
  const reason = `${release.buildNumber} failed: ${failure.facts.reason}`.slice(0, 500);
  const previous: Rollout = {
    environment,
    release: fallback.release,
    objects: stampActor(fallback.manifests, actor),
    jobs: [],
    actor,
    cause: { action: 'automatic-rollback', reason },
    hold: hold ?? fallback.hold,
    fallback: undefined,
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
