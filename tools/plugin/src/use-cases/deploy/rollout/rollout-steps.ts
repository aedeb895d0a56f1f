import { describeChangeSummary } from '../../../model/observe/change-summary.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import type { ApplyStage } from '../../../model/manifests/kind-order.ts';
import { describeObject } from '../../../model/manifests/kubernetes-object.ts';
import { patienceIn } from '../../../model/manifests/rules/rollout-patience.ts';
import type { Change, ChangeSet, Plan, RolloutResult } from '../../../ports/cluster.ts';
import { waitOptions, type DeployContext } from '../deploy-context.ts';
import type { WorkResult } from './recorded-attempt.ts';
import { objectsToAnswerFor, waitUntilHealthy } from './rollout-health.ts';
import type { RolloutProbe } from './rollout-probe.ts';
import { openRoutes, withdrawRoutes } from './rollout-routes.ts';
import { isReachable, trafficMoment, type Rollout } from './rollout.ts';

/** Does a rollout step by step. @returns what was changed, or what it ended with. */
export async function applyAndWait(
  rollout: Rollout,
  context: DeployContext,
  probe: RolloutProbe,
): Promise<WorkResult<ChangeSet>> {
  const plan = rollout.plan ?? (await context.cluster.plan(rollout.release.service, rollout.objects));
  const traffic = trafficMoment(rollout, plan.changes);
  const answeredFor = objectsToAnswerFor(rollout, plan.changes, context);
  const changes: Change[] = [];
  const apply = async (...stages: ApplyStage[]) =>
    void changes.push(...(await applyStages(plan, stages, rollout, context)));

  await probe.begin(isReachable(plan.changes));
  await apply('prerequisites', ...(traffic === 'before-workloads' ? ['traffic' as const] : []));
  const jobs = await runJobs(rollout, context);
  if (jobs.state !== 'ready') return jobs;
  await apply('workloads', ...(traffic === 'with-workloads' ? ['traffic' as const] : []));
  const superfluous = findSuperfluous(plan, context);
  const pods = await waitForPods(rollout, context);
  if (pods.state !== 'ready') return pods;
  if (!isReachable(plan.changes)) await context.cluster.waitForEndpoints(rollout.objects, context.limits.signal);
  if (traffic === 'after-ready') {
    const answering = await openRoutes(plan, rollout, context, probe.target);
    if (answering !== 'others') await probe.beforeOpening();
    await apply('traffic');
  } else await probe.beforeOpening();
  const routes = await context.cluster.waitUntilAccepted(answeredFor, waitOptions(rollout.environment, context));
  if (routes.state !== 'ready') return routes;
  // Not before: what a gateway answers that does not have the route yet is no answer of the service.
  await probe.afterOpening();
  const health = await waitUntilHealthy(rollout, answeredFor, context, waitOptions(rollout.environment, context));
  if (health.state !== 'ready') return health;
  const tidied = await tidyUp(async () => {
    if ((await superfluous).length === 0) return [];
    await withdrawRoutes(await superfluous, plan, rollout, context);
    return prune(plan, rollout, context);
  });
  changes.push(...tidied.changes);
  if (tidied.remark !== undefined) context.reporter.warn(`${rollout.environment.name}: ${tidied.remark}`);
  const remarks = [...oldPodsIn(pods), health.remark, tidied.remark].filter((remark) => remark !== undefined);
  return { state: 'succeeded', value: changes, ...(remarks.length > 0 ? { remark: remarks.join(' ') } : {}) };
}

/** Waits until the pods are new and serve. Broken ones that nothing else replaces are deleted, which is recorded. */
async function waitForPods(rollout: Rollout, context: DeployContext): Promise<RolloutResult> {
  const pods = await context.cluster.waitUntilReady(rollout.objects, {
    ...waitOptions(rollout.environment, context),
    replacesPods: true,
  });
  for (const kept of pods.keptPods ?? []) context.reporter.warn(`${rollout.environment.name}: ${kept}`);
  return pods.state === 'ready' ? pods : { ...pods, reason: [pods.reason, ...oldPodsIn(pods)].join(' ') };
}

function oldPodsIn({ replacedPods = [], keptPods = [] }: RolloutResult): string[] {
  return [...replacedPods, ...keptPods];
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
    reporter.step(`${environment.name}: ${describeChangeSummary(changes)}`);
  return changes;
}

export async function runJobs({ environment, release, jobs }: Rollout, context: DeployContext): Promise<RolloutResult> {
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
  if (pruned.length > 0) reporter.step(`${environment.name}: ${describeChangeSummary(pruned)}`);
  for (const { kind, name, warnings = [] } of pruned)
    for (const text of warnings) reporter.warn(`${environment.name}: ${kind} ${name}: ${text}`);
  return pruned;
}
