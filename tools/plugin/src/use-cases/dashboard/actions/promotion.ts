import type { PlannedService } from '../../../model/dashboard/action-plan.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Release } from '../../../model/release/release.ts';
import type { PlanId } from '../../../model/plan/plan-id.ts';
import { approveCommand, commandOf } from '../../../model/plan/approve-command.ts';
import { promote, type PromoteRequest } from '../../deploy/promote.ts';
import type { DeployPreview } from '../../deploy/preview-deploy.ts';
import { requireNoFreeze } from '../../deploy/requirements/require-no-freeze.ts';
import { registriesOf } from '../../release/release-registries.ts';
import type { ActionContext, CarryingOut, PreparedService } from './action-context.ts';
import { compare, migrationsOf, plannedService, planningLines, refusedService } from './planned-service.ts';
import { planChanged } from './shown-work.ts';

/** A promotion that is to be planned for a service. */
export interface PromotionWish {
  readonly service: string;
  readonly from: Environment;
  readonly to: Environment;
  readonly build: BuildNumber | undefined;
}

/** Plans to promote a service, by the dry run of `promote`. Changes nothing. A refusal of the product is part of what is shown. */
export async function preparePromotion(wish: PromotionWish, context: ActionContext): Promise<PreparedService> {
  const { service, from, to, build } = wish;
  const { typed } = context.words;
  const tag = build === undefined ? '' : ` --tag=${build}`;
  const command = typed(`nx run ${service}:promote --from=${from.name} --to=${to.name}${tag}`);
  const lines = planningLines();
  try {
    requireNoFreeze({ doing: `promote ${service} to ${to.name}`, environment: to }, context.ports);
    const request = await requestOf(wish, context);
    const found = await promote({ ...request, dryRun: true, wantsPlan: true }, context.ports, lines.reporter);
    if (found.state === 'nothing') {
      const sentence = `Nothing to promote: ${service} was never deployed to ${from.name}.`;
      return nothing(plannedService({ service, state: 'nothing', sentence, command, ...seen(lines) }));
    }
    // Not while it is dry: `promote` says this of nobody's will, only of the plan.
    if (found.state === 'tried') throw new Error('A dry run was carried out.');
    return await describe({ wish, release: found.release, preview: found.preview, command, lines }, context);
  } catch (error) {
    return refusedService(error, service, command, lines);
  }
}

interface Found {
  readonly wish: PromotionWish;
  readonly release: Release;
  readonly preview: DeployPreview;
  readonly command: string;
  readonly lines: ReturnType<typeof planningLines>;
}

async function describe(
  { wish, release, preview, command, lines }: Found,
  context: ActionContext,
): Promise<PreparedService> {
  const { words } = context;
  const { service, to } = wish;
  const { plan, result, changes } = preview;
  const facts = { service, build: `${release.buildNumber}`, commit: release.commit, command, ...seen(lines) };
  const isNothing = changes.every(({ action }) => action === 'unchanged') && plan?.work.replaces === facts.build;
  if (!plan || isNothing) {
    const sentence = words.deployed(service, release, to, result ?? { state: 'unchanged' });
    return nothing(plannedService({ ...facts, state: 'nothing', sentence }));
  }
  const { id, work, notes } = plan;
  const point = { kind: 'build', buildNumber: release.buildNumber, name: facts.build } as const;
  const compared = await compare(context.service(service), to, point, context);
  const planned: PlannedService = plannedService({
    ...{ ...facts, ...compared, state: 'ready', replaces: work.replaces },
    sentence: `Put ${service} ${facts.build} into ${to.name}${work.replaces === undefined ? '' : `, in place of ${work.replaces}`}`,
    command: words.typed(to.protected ? approveCommand(work, id) : commandOf(work)),
    migrations: migrationsOf(work.objects),
    changes: [...words.changes(changes.filter(({ action }) => action !== 'unchanged')), ...notes],
  });
  const shown = { environment: to.name, after: preview.plannedAfter, fingerprint: id.toString() };
  const pinned = { ...wish, build: release.buildNumber };
  return { planned, shown: [shown], carryOut: (how) => carryOut(pinned, id, how, context) };
}

async function carryOut(
  wish: PromotionWish,
  id: PlanId,
  how: CarryingOut,
  context: ActionContext,
): Promise<readonly string[]> {
  const { service, to } = wish;
  const { signal, reporter, reason, begin, onWait } = how;
  const request = {
    ...(await requestOf(wish, context)),
    ...{ reason, signal, onWait, lastLook: begin, dryRun: false },
    // Who confirms is who would have typed it.
    ...{ approvedBy: context.actor.person, approvedPlans: { plans: [id], ask: undefined } },
  };
  const promoted = await promote(request, context.ports, reporter);
  if (promoted.state !== 'tried') throw planChanged(`promote ${service} to ${to.name}`, 'There is nothing to promote.');
  const { release, result } = promoted;
  const line = context.words.deployed(service, release, to, result);
  if (result.state !== 'deployed') throw planChanged(`promote ${service} to ${to.name}`, `${line}.`);
  return [line];
}

async function requestOf({ service, from, to, build }: PromotionWish, context: ActionContext): Promise<PromoteRequest> {
  const environments = await context.environments();
  return {
    service: context.service(service),
    ...{ from, to, build },
    environmentNames: environments.map(({ name }) => name),
    imageSources: registriesOf(environments),
    ...{ mainBranch: context.mainBranch, actor: context.actor, timeoutMs: context.timeoutMs },
    ...{ force: false, allowDowntime: false, allowBreaking: false, adopt: false, dryRun: true, approvedBy: undefined },
  };
}

function seen({ checks, warnings }: Found['lines']) {
  return { checks, warnings };
}

function nothing(planned: PlannedService): PreparedService {
  return { planned, shown: [], carryOut: undefined };
}
