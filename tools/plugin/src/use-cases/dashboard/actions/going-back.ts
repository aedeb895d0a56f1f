import type { PlannedService } from '../../../model/dashboard/action-plan.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import {
  describeRollback,
  planRollback,
  rollBack,
  type RollbackPlan,
  type RollbackResult,
  type RollbackService,
} from '../../rollback/rollback.ts';
import { rollbackFingerprint } from '../../rollback/rollback-fingerprint.ts';
import type { ActionContext, CarryingOut, PreparedService, ShownWork } from './action-context.ts';
import {
  compare,
  plannedService,
  planningLines,
  refusedService,
  shownLine,
  type Comparison,
} from './planned-service.ts';
import { planChanged, requireAsShown } from './shown-work.ts';

/** A rollback that is to be planned for a service. */
export interface GoingBackWish {
  readonly service: string;
  readonly environment: Environment;
  /** Without one, the last good release before the one that runs. */
  readonly to: BuildNumber | undefined;
}

/** Plans to take a service back, as `rollback --dry-run` does. Changes nothing. A refusal is part of what is shown. */
export async function prepareGoingBack(wish: GoingBackWish, context: ActionContext): Promise<PreparedService> {
  const { service, environment, to } = wish;
  const { words } = context;
  const lines = planningLines();
  const base = `nx run ${service}:rollback --env=${environment.name}`;
  const command = words.typed(`${base}${to === undefined ? '' : ` --tag=${to}`}`);
  try {
    const plan = await planned(wish, undefined, context);
    const { release } = plan;
    const shown = shownRollback(plan);
    return {
      planned: await describeGoingBack(plan, words.typed(`${base} --tag=${release.buildNumber}`), context),
      shown: [shown],
      carryOut: (how) => carryOut({ ...wish, to: release.buildNumber }, shown, how, context),
    };
  } catch (error) {
    return refusedService(error, service, command, lines);
  }
}

/** Returns a rollback as it is compared again, before it is begun and under the lock. */
export function shownRollback(plan: RollbackPlan): ShownWork {
  const { from, request } = plan;
  return { environment: request.environment.name, after: from, fingerprint: rollbackFingerprint(plan) };
}

/** Returns what is shown of a rollback. @param command that does the same. */
export async function describeGoingBack(
  plan: RollbackPlan,
  command: string,
  context: ActionContext,
): Promise<PlannedService> {
  const { words, ports } = context;
  const { from, release, request } = plan;
  const [service, environment] = [request.service.name, request.environment];
  const [leaves, goesTo] = [`${from.release.buildNumber}`, `${release.buildNumber}`];
  const told = await describeRollback(plan, ports);
  return plannedService({
    ...{ service, state: 'ready', build: goesTo, commit: release.commit, replaces: leaves, command },
    ...(await compared({ service, environment }, release.buildNumber, context)),
    sentence:
      leaves === goesTo
        ? `Restore ${service} ${goesTo} in ${environment.name} as it was`
        : `Take ${service} in ${environment.name} back from ${leaves} to ${goesTo}`,
    changes: [
      ...words.changes(plan.changes.filter(({ action }) => action !== 'unchanged')),
      ...(plan.publication?.plannedLines() ?? []),
    ],
    checks: [...told, 'Migrations that ran stay: a rollback undoes none.'].map(shownLine),
    warnings: [...plan.losses.map(({ line }) => line), ...plan.doubts].map(shownLine),
  });
}

async function carryOut(
  wish: GoingBackWish,
  shown: ShownWork,
  how: CarryingOut,
  context: ActionContext,
): Promise<readonly string[]> {
  const { service, environment } = wish;
  const doing = `roll ${service} back in ${environment.name}`;
  const plan = await planned(wish, how.reason, context);
  // Before a canary is asked to end.
  const now = shownRollback(plan);
  requireAsShown(doing, [shown], { ...now, newest: now.after });
  const { result, lines } = await carryOutRollback(plan, how, context);
  if (result.state === 'unchanged') throw planChanged(doing, lines.join(' '));
  return lines;
}

/** Carries a rollback out. @returns how it ended, with the command's lines. */
export async function carryOutRollback(
  plan: RollbackPlan,
  { reporter, signal, begin, onWait }: CarryingOut,
  { ports, timeoutMs, words }: ActionContext,
): Promise<{ result: RollbackResult; lines: readonly string[] }> {
  for (const line of await describeRollback(plan, ports)) reporter.step(line);
  const result = await rollBack(plan, { timeoutMs, signal, onWait, lastLook: begin }, ports, reporter);
  return { result, lines: words.rolledBack(plan, result) };
}

async function planned(
  { service, environment, to }: GoingBackWish,
  reason: string | undefined,
  { environments, actor, mainBranch, ports, ...context }: ActionContext,
): Promise<RollbackPlan> {
  const environmentNames = (await environments()).map(({ name }) => name);
  const request = {
    service: serviceNamed(service, context),
    environment,
    environmentNames,
    mainBranch,
    to,
    actor,
    reason,
  };
  return planRollback(request, ports);
}

/** A service that left the workspace goes back by its record. */
function serviceNamed(name: string, context: Pick<ActionContext, 'service'>): RollbackService {
  try {
    return context.service(name);
  } catch (error) {
    if (error instanceof Refusal && error.facts.type === 'no-such-service') return { name, root: undefined };
    throw error;
  }
}

async function compared(
  { service, environment }: Pick<GoingBackWish, 'service' | 'environment'>,
  buildNumber: BuildNumber,
  context: ActionContext,
): Promise<Comparison> {
  try {
    return await compare(
      context.service(service),
      environment,
      { kind: 'build', buildNumber, name: `${buildNumber}` },
      context,
    );
  } catch (error) {
    if (!(error instanceof Refusal) || error.facts.type !== 'no-such-service') throw error;
    return {
      lost: [],
      gained: [],
      breaks: [],
      unknown: ['It is not in this workspace any more: commits are not compared.'],
    };
  }
}
