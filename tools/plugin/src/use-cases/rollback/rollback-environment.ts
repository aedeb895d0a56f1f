import pMap from 'p-map';
import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import { runningAt } from '../../model/deploy/running-at.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { planRollback, rollBack, type RollbackPlan, type RollbackResult, type RollbackService } from './rollback.ts';
import { noSuchRecord } from './rollback-refusals.ts';
import type { RolloutLimits } from '../deploy/deploy-context.ts';

/** An environment that shall be as it was. */
export interface EnvironmentRollbackRequest {
  readonly environment: Environment;
  readonly environmentNames: readonly string[];
  /** The branch that releases are of, besides those that the environment names. */
  readonly mainBranch: string;
  /** A moment, or a deployment: the moment at which it had ended. */
  readonly to: Date | { readonly service: string; readonly sequence: number };
  readonly actor: Actor;
  readonly reason: string | undefined;
  /** A service of the workspace. @throws {Refusal} when it has none of this name: it goes back by its record. */
  service(name: string): ServiceSource;
}

/** The steps that restore an earlier state of an environment. */
export interface EnvironmentRollbackPlan {
  readonly at: Date;
  readonly plans: readonly RollbackPlan[];
  /** Services that are as they were. */
  readonly same: readonly string[];
  /** Services that were not there yet; they stay as they are, because nothing is taken away. */
  readonly younger: readonly string[];
}

/** A service that cannot go back, and why. */
export interface RefusedRollback {
  readonly service: string;
  readonly error: ProductError;
}

/** The steps, and the services for which there are none: while there is one of these, nothing goes back. */
export interface EnvironmentRollbackPreview extends EnvironmentRollbackPlan {
  readonly refused: readonly RefusedRollback[];
  /** The newest deployment of each service there, by its name. */
  readonly newest: ReadonlyMap<string, DeploymentSummary>;
}

/** Services that are planned at the same time: each asks about ten things of the API server at once. */
const atOnce = 4;

/**
 * Finds out for every service of an environment what it ran at a moment, and dry-runs going back to it. Changes nothing.
 * @throws {Refusal} when one of them cannot go back: then none does.
 */
export async function planEnvironmentRollback(
  request: EnvironmentRollbackRequest,
  ports: ReleasePorts,
): Promise<EnvironmentRollbackPlan> {
  const { refused, at, plans, same, younger } = await previewEnvironmentRollback(request, ports);
  if (refused.length > 0) throw combineRefusals(request, refused);
  return { at, plans, same, younger };
}

/** Finds out the same, also where some of the services cannot go back. Changes nothing. */
export async function previewEnvironmentRollback(
  request: EnvironmentRollbackRequest,
  ports: ReleasePorts,
  signal?: AbortSignal,
): Promise<EnvironmentRollbackPreview> {
  const cluster = await ports.cluster(request.environment);
  await cluster.check();
  const histories = historiesOf(await cluster.summaries());
  const at = momentOf(request, histories);
  const { wanted, same, younger, refused } = sortOut(request, histories, at);
  const planOnly = (target: RollbackTarget) => planOne(request, target, ports);
  const planned = await pMap(wanted, planOnly, { concurrency: atOnce, ...(signal ? { signal } : {}) });
  const failed = planned.flatMap((each) => ('failure' in each ? [each] : []));
  const bug = failed.find(({ failure }) => !(failure instanceof ProductError));
  if (bug) throw bug.failure;
  return {
    ...{ at, same, younger, plans: planned.flatMap((each) => ('plan' in each ? [each.plan] : [])) },
    refused: [
      ...refused,
      ...failed.flatMap(({ service, failure: error }) => (error instanceof ProductError ? [{ service, error }] : [])),
    ],
    newest: new Map(histories.flatMap(({ name, records: [newest] }) => (newest ? [[name, newest] as const] : []))),
  };
}

/** The deployments of a service, newest first. */
interface ServiceHistory {
  readonly name: string;
  readonly records: readonly DeploymentSummary[];
}

/** A deployment of a service to go back to. */
interface RollbackTarget {
  readonly name: string;
  readonly to: DeploymentSummary;
}

/** Returns the deployments by service, in alphabetical order. */
function historiesOf(summaries: readonly DeploymentSummary[]): ServiceHistory[] {
  const byService = new Map<string, DeploymentSummary[]>();
  for (const summary of summaries) {
    const { service } = summary.release;
    const known = byService.get(service);
    if (known) known.push(summary);
    else byService.set(service, [summary]);
  }
  return [...byService]
    .map(([name, records]) => ({ name, records: records.sort((a, b) => b.sequence - a.sequence) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Finds out which services have to go back. */
function sortOut(request: EnvironmentRollbackRequest, histories: readonly ServiceHistory[], at: Date) {
  const [wanted, same, younger, refused]: [RollbackTarget[], string[], string[], RefusedRollback[]] = [[], [], [], []];
  for (const { name, records } of histories) {
    const then = runningAt(records, at);
    if (then === 'before-what-is-kept') refused.push({ service: name, error: tooLongAgo(request, name, at, records) });
    else if (then === undefined) younger.push(name);
    else if (then.sequence === records.find(({ outcome }) => outcome === 'succeeded')?.sequence && isCalm(records))
      same.push(name);
    else wanted.push({ name, to: then });
  }
  return { wanted, same, younger, refused };
}

/** Plans one service. What it fails with is returned: the others are planned to their end, so that all is told at once. */
async function planOne(
  request: EnvironmentRollbackRequest,
  { name, to }: RollbackTarget,
  ports: ReleasePorts,
): Promise<{ readonly plan: RollbackPlan } | { readonly service: string; readonly failure: unknown }> {
  try {
    return { plan: await planRollback({ ...request, service: serviceNamed(request, name), to }, ports) };
  } catch (failure) {
    return { service: name, failure };
  }
}

function serviceNamed(request: EnvironmentRollbackRequest, name: string): RollbackService {
  try {
    return request.service(name);
  } catch (error) {
    if (error instanceof Refusal && error.facts.type === 'no-such-service') return { name, root: undefined };
    throw error;
  }
}

/**
 * Carries a plan out. A service that fails does not stop the others.
 * @returns how each one ended, in the order of the plan.
 */
export async function rollBackEnvironment(
  { plans }: EnvironmentRollbackPlan,
  limits: RolloutLimits,
  ports: ReleasePorts,
  reporter: (service: string) => Reporter,
): Promise<{ service: string; result: RollbackResult | ProductError }[]> {
  const bugs: unknown[] = [];
  const rollBackOne = async (plan: RollbackPlan) => {
    const service = plan.request.service.name;
    try {
      return [{ service, result: await rollBack(plan, limits, ports, reporter(service)) }];
    } catch (error) {
      if (error instanceof ProductError) return [{ service, result: error }];
      bugs.push(error);
      return [];
    }
  };
  // All at once: what waits for a pod keeps nobody waiting, and the cluster's port bounds what is changed at once.
  const results = await Promise.all(plans.map(rollBackOne));
  // Told once nothing goes on any more.
  if (bugs.length > 0) throw bugs[0];
  return results.flat();
}

function momentOf(request: EnvironmentRollbackRequest, histories: readonly ServiceHistory[]): Date {
  const { to, environment } = request;
  if (to instanceof Date) return to;
  const record = histories
    .find(({ name }) => name === to.service)
    ?.records.find(({ sequence }) => sequence === to.sequence);
  if (record?.finishedAt !== undefined) return new Date(record.finishedAt);
  if (!record) throw noSuchRecord(environment, to.service, to.sequence);
  throw new Refusal({
    type: 'no-such-record',
    doing: `roll ${environment.name} back`,
    reason: `Deployment ${to.sequence} of ${to.service} has not ended yet.`,
    remedy: `\`nx run ${to.service}:history --env=${environment.name}\` shows those that are.`,
  });
}

/** Reports whether the newest deployment ended well, so that it is what runs. */
function isCalm([newest]: readonly DeploymentSummary[]): boolean {
  return newest?.outcome === 'succeeded';
}

function tooLongAgo(
  { environment }: EnvironmentRollbackRequest,
  service: string,
  at: Date,
  records: readonly DeploymentSummary[],
): Refusal {
  return new Refusal({
    type: 'too-long-ago',
    doing: `roll ${environment.name} back to ${at.toISOString()}`,
    reason: `It is not recorded what ${service} ran then: its oldest recorded deployment began ${records.at(-1)?.startedAt}.`,
    remedy: `Choose a later moment, or deploy services one by one: \`nx run ${service}:k8s-deploy --env=${environment.name} --tag=… --force\`.`,
  });
}

function combineRefusals(
  { environment }: EnvironmentRollbackRequest,
  refused: readonly RefusedRollback[],
): ProductError {
  const [first] = refused;
  if (refused.length === 1) return first!.error;
  return new Refusal({
    type: 'cannot-roll-back',
    doing: `roll ${environment.name} back`,
    reason: `${refused.length} of its services cannot go back, so none does.`,
    remedy: 'See each below.',
    evidence: refused.flatMap(({ error }) => error.explain().split('\n')),
  });
}
