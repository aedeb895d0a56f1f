import pMap from 'p-map';
import type { PlanWish } from '../../../model/dashboard/action-plan.ts';
import { parseMoment } from '../../../model/dashboard/parse-moment.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { ActionContext, PreparedAction, PreparedService } from './action-context.ts';
import { prepareEnvironmentRollback } from './environment-going-back.ts';
import { prepareGoingBack } from './going-back.ts';
import { preparePromotion } from './promotion.ts';
import { prepareReleasing } from './releasing.ts';
import { requireSameMark } from './shown-work.ts';

/** Services that are planned at the same time: each asks about ten things of the API server at once. */
const atOnce = 4;

/**
 * Plans an action for each service, in the order of the wish. Changes nothing.
 * @param signal after which nobody waits for it: nothing more is asked then. @throws {Refusal} when the wish names what is not there.
 */
export async function prepareAction(
  wish: PlanWish,
  context: ActionContext,
  signal?: AbortSignal,
): Promise<PreparedAction> {
  const environments = await context.environments();
  const to = wish.to === undefined ? undefined : environmentNamed(wish.to, environments);
  const from = wish.from === undefined ? undefined : environmentNamed(wish.from, environments);
  const build = wish.tag === undefined ? undefined : buildOf(wish.tag);
  if (wish.action === 'rollback-environment')
    return prepareEnvironmentRollback({ environment: to!, at: momentOf(wish, context) }, context, signal);
  if (wish.action === 'promote') requireUpwards(from!, to!);
  const prepare = (service: string): Promise<PreparedService> => {
    if (wish.action === 'release') return prepareReleasing({ service, to }, context);
    if (wish.action === 'rollback') return prepareGoingBack({ service, environment: to!, to: build }, context);
    return preparePromotion({ service, from: from!, to: to!, build }, context);
  };
  const services = await pMap(wish.services, prepare, { concurrency: atOnce, ...(signal ? { signal } : {}) });
  return { services, stopsAtFailure: true, check: () => requireNothingSince(services, environments, context) };
}

/**
 * Requires of several services that none of them was deployed since the plan was shown: else some would be done before that is
 * found out of another. One alone finds out by itself. @throws {Refusal}
 */
async function requireNothingSince(
  services: readonly PreparedService[],
  environments: readonly Environment[],
  { ports }: ActionContext,
): Promise<void> {
  const ready = services.filter(({ carryOut }) => carryOut);
  if (ready.length < 2) return;
  const names = [...new Set(ready.flatMap(({ shown }) => shown.map(({ environment }) => environment)))];
  for (const name of names) {
    const records = await (await ports.cluster(environmentNamed(name, environments))).newest();
    const newest = new Map(records.map((record) => [record.release.service, record]));
    for (const { planned, shown } of ready) {
      const work = shown.find(({ environment }) => environment === name);
      const now = newest.get(planned.service);
      if (work) requireSameMark(`continue with ${planned.service}`, name, { shown: work.after, now });
    }
  }
}

function momentOf({ at = '' }: PlanWish, { ports }: ActionContext): Date {
  const moment = parseMoment(at);
  if (moment && moment <= ports.clock()) return moment;
  throw unknown(`"${at}" is no moment that has passed.`);
}

function environmentNamed(name: string, environments: readonly Environment[]): Environment {
  const found = environments.find((each) => each.name === name);
  if (found) return found;
  throw unknown(`There is no environment "${name}".`);
}

/** As `promote` has it: the other way is going back. */
function requireUpwards(from: Environment, to: Environment): void {
  if (from.order < to.order) return;
  throw unknown(`${from.name} does not come before ${to.name}.`);
}

function buildOf(tag: string): BuildNumber {
  const build = BuildNumber.parse(tag);
  if (build) return build;
  throw unknown(`"${tag}" is no build number.`);
}

function unknown(reason: string): Refusal {
  return new Refusal({ type: 'bad-plan-wish', doing: 'make a plan', reason, remedy: 'Reload the page.' });
}
