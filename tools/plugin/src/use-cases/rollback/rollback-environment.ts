import pMap from 'p-map';
import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { planRollback, rollBack, type RollbackPlan, type RollbackResult } from './rollback.ts';
import type { RolloutLimits } from '../deploy/deploy-context.ts';

/** An environment that shall be as it was. */
export interface EnvironmentRollbackRequest {
  readonly environment: Environment;
  readonly environmentNames: readonly string[];
  /** A moment, or a deployment: the moment at which it had ended. */
  readonly to: Date | { readonly service: string; readonly sequence: number };
  readonly actor: Actor;
  readonly reason: string | undefined;
  /** A service of the workspace. @throws {Refusal} when it has none of this name. */
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

/**
 * Finds out for every service of an environment what it ran at a moment, and dry-runs going back to it. Changes nothing.
 * @throws {Refusal} when one of them cannot go back: then none does.
 */
export async function planEnvironmentRollback(
  request: EnvironmentRollbackRequest,
  ports: ReleasePorts,
): Promise<EnvironmentRollbackPlan> {
  const { environment, environmentNames, actor, reason } = request;
  const cluster = await ports.cluster(environment);
  await cluster.check();
  const histories = await Promise.all(
    (await cluster.services()).map(async (name) => ({ name, records: await cluster.records(name) })),
  );
  const at = momentOf(request, histories);
  const plans: Promise<RollbackPlan>[] = [];
  const same: string[] = [];
  const younger: string[] = [];
  for (const { name, records } of histories) {
    const then = runningAt(records, at);
    if (then === 'before-what-is-kept') throw tooLongAgo(request, name, at, records);
    if (then === undefined) younger.push(name);
    else if (then.sequence === records.find(({ outcome }) => outcome === 'succeeded')?.sequence && isCalm(records))
      same.push(name);
    else {
      const service = request.service(name);
      plans.push(planRollback({ service, environment, environmentNames, to: then, actor, reason }, ports));
    }
  }
  const settled = await Promise.allSettled(plans);
  const refused = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (refused.length > 0) throw combineRefusals(request, refused);
  return { at, plans: await Promise.all(plans), same, younger };
}

/** Services that are rolled back at the same time. */
const atOnce = 4;

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
  const rollBackOne = async (plan: RollbackPlan) => {
    const service = plan.request.service.name;
    try {
      return { service, result: await rollBack(plan, limits, ports, reporter(service)) };
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      return { service, result: error };
    }
  };
  return pMap(plans, rollBackOne, { concurrency: atOnce });
}

function momentOf(
  request: EnvironmentRollbackRequest,
  histories: readonly { name: string; records: readonly DeploymentRecord[] }[],
): Date {
  const { to, environment } = request;
  if (to instanceof Date) return to;
  const record = histories
    .find(({ name }) => name === to.service)
    ?.records.find(({ sequence }) => sequence === to.sequence);
  if (record?.finishedAt !== undefined) return new Date(record.finishedAt);
  throw new Refusal({
    type: 'no-such-record',
    doing: `roll ${environment.name} back`,
    reason: record
      ? `Deployment ${to.sequence} of ${to.service} has not ended yet.`
      : `No deployment ${to.sequence} of ${to.service} is recorded there.`,
    remedy: `\`nx run ${to.service}:history --env=${environment.name}\` shows those that are.`,
  });
}

/** @returns the deployment that was in force at a moment; undefined when there was none yet. */
function runningAt(
  records: readonly DeploymentRecord[],
  at: Date,
): DeploymentRecord | 'before-what-is-kept' | undefined {
  const then = records.find(
    ({ outcome, finishedAt }) => outcome === 'succeeded' && Date.parse(finishedAt ?? '') <= at.getTime(),
  );
  if (then) return then;
  return (records.at(-1)?.sequence ?? 1) > 1 ? 'before-what-is-kept' : undefined;
}

/** Reports whether the newest deployment ended well, so that it is what runs. */
function isCalm([newest]: readonly DeploymentRecord[]): boolean {
  return newest?.outcome === 'succeeded';
}

function tooLongAgo(
  { environment }: EnvironmentRollbackRequest,
  service: string,
  at: Date,
  records: readonly DeploymentRecord[],
): Refusal {
  return new Refusal({
    type: 'too-long-ago',
    doing: `roll ${environment.name} back to ${at.toISOString()}`,
    reason: `It is not recorded what ${service} ran then: its oldest recorded deployment began ${records.at(-1)?.startedAt}.`,
    remedy: `Choose a later moment, or deploy services one by one: \`nx run ${service}:k8s-deploy --env=${environment.name} --tag=… --force\`.`,
  });
}

function combineRefusals({ environment }: EnvironmentRollbackRequest, errors: readonly unknown[]): unknown {
  const [first] = errors;
  const known = errors.filter((error) => error instanceof ProductError);
  if (known.length < errors.length) return errors.find((error) => !(error instanceof ProductError));
  if (known.length === 1) return first;
  return new Refusal({
    type: 'cannot-roll-back',
    doing: `roll ${environment.name} back`,
    reason: `${known.length} of its services cannot go back, so none does.`,
    remedy: 'See each below.',
    evidence: known.flatMap((error) => error.explain().split('\n')),
  });
}
