import pMap from 'p-map';
import type { PlannedService } from '../../../model/dashboard/action-plan.ts';
import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { canonicalText } from '../../../model/plan/canonical-text.ts';
import { previewEnvironmentRollback, type EnvironmentRollbackPreview } from '../../rollback/rollback-environment.ts';
import type { RollbackPlan } from '../../rollback/rollback.ts';
import type { ActionContext, PreparedAction, PreparedService } from './action-context.ts';
import { describeGoingBack, carryOutRollback, shownRollback } from './going-back.ts';
import { plannedService, refusedService } from './planned-service.ts';
import { planChanged } from './shown-work.ts';

/** An environment that shall be as it was at a moment. */
export interface EnvironmentWish {
  readonly environment: Environment;
  readonly at: Date;
}

/** Services that are described at the same time: of each two commits are compared. */
const atOnce = 4;

/** Returns the command that does the same for the whole environment. */
export function environmentCommand({ environment, at }: EnvironmentWish): string {
  return `nx run infrastructure:rollback --env=${environment.name} --to=${at.toISOString()}`;
}

/**
 * Plans to take an environment back, as `infrastructure:rollback --dry-run` does: of all services or, where one cannot, of none.
 * Changes nothing.
 */
export async function prepareEnvironmentRollback(
  wish: EnvironmentWish,
  context: ActionContext,
  signal?: AbortSignal,
): Promise<PreparedAction> {
  const preview = await look(wish, undefined, context, signal);
  const command = context.words.typed(environmentCommand(wish));
  /** As they are planned last, under the reason that was given. */
  const plans = new Map<string, RollbackPlan>();
  const prepare = async (plan: RollbackPlan): Promise<PreparedService> => {
    const { name } = plan.request.service;
    if (isThere(plan)) return standing(name, `${name} ${plan.release.buildNumber} runs as it did then.`);
    return {
      planned: await describeGoingBack(plan, command, context),
      shown: [shownRollback(plan)],
      carryOut: async (how) => (await carryOutRollback(plans.get(name)!, how, context)).lines,
    };
  };
  const standing = (service: string, sentence: string) =>
    notMoved({ service, state: 'nothing', sentence, command }, wish, preview.newest);
  const services = [
    ...preview.refused.map(({ service, error }) =>
      refusedService(error, service, command, { checks: [], warnings: [] }),
    ),
    ...(await pMap(preview.plans, prepare, { concurrency: atOnce, ...(signal ? { signal } : {}) })),
    ...preview.same.map((name) => standing(name, `${name} is as it was.`)),
    ...preview.younger.map((name) => standing(name, `${name} was not there yet, and stays as it is.`)),
  ];
  return {
    services,
    stopsAtFailure: false,
    command,
    check: async (reason) => {
      const now = await look(wish, reason, context);
      if (essence(now) !== essence(preview))
        throw planChanged(
          `take ${wish.environment.name} back`,
          `What would be done in ${wish.environment.name} now is not what was shown.`,
        );
      for (const plan of now.plans) plans.set(plan.request.service.name, plan);
    },
  };
}

async function look(
  { environment, at }: EnvironmentWish,
  reason: string | undefined,
  { environments, mainBranch, actor, service, ports }: ActionContext,
  signal?: AbortSignal,
): Promise<EnvironmentRollbackPreview> {
  const environmentNames = (await environments()).map(({ name }) => name);
  const request = { environment, environmentNames, mainBranch, to: at, actor, reason, service };
  return previewEnvironmentRollback(request, ports, signal);
}

/** Reports whether the service already runs what it ran then: it was taken back before, or deployed again. */
function isThere({ from, release, changes, publication }: RollbackPlan): boolean {
  return (
    from.outcome === 'succeeded' &&
    from.release.buildNumber.equals(release.buildNumber) &&
    !publication?.isNeeded &&
    changes.every(({ action }) => action === 'unchanged')
  );
}

/** A service that stays as it is; its newest deployment is kept, by which it is known what came since. */
function notMoved(
  parts: Pick<PlannedService, 'service' | 'state' | 'sentence' | 'command'>,
  { environment }: EnvironmentWish,
  newest: ReadonlyMap<string, DeploymentSummary>,
): PreparedService {
  const shown = { environment: environment.name, after: newest.get(parts.service), fingerprint: undefined };
  return { planned: plannedService(parts), shown: [shown], carryOut: undefined };
}

/** Returns a text that is another one where something else would be done, or anything was deployed. */
function essence({ plans, refused, newest }: EnvironmentRollbackPreview): string {
  return canonicalText({
    plans: plans.map((plan) => [plan.request.service.name, shownRollback(plan).fingerprint]),
    refused: refused.map(({ service }) => service),
    newest: [...newest].map(([service, { sequence, outcome }]) => [service, sequence, outcome]),
  });
}
