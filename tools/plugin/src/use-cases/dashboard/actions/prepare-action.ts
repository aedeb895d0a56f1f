import pMap from 'p-map';
import type { PlanWish } from '../../../model/dashboard/action-plan.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { ActionContext, PreparedService } from './action-context.ts';
import { prepareGoingBack } from './going-back.ts';
import { preparePromotion } from './promotion.ts';
import { prepareReleasing } from './releasing.ts';

/** Services that are planned at the same time: each asks about ten things of the API server at once. */
const atOnce = 4;

/** Plans an action for each service, in the order of the wish. Changes nothing. @throws {Refusal} when the wish names what is not there. */
export async function prepareAction(wish: PlanWish, context: ActionContext): Promise<readonly PreparedService[]> {
  const environments = await context.environments();
  const to = wish.to === undefined ? undefined : environmentNamed(wish.to, environments);
  const from = wish.from === undefined ? undefined : environmentNamed(wish.from, environments);
  const build = wish.tag === undefined ? undefined : buildOf(wish.tag);
  const prepare = (service: string): Promise<PreparedService> => {
    if (wish.action === 'release') return prepareReleasing({ service, to }, context);
    if (wish.action === 'rollback') return prepareGoingBack({ service, environment: to!, to: build }, context);
    requireUpwards(from!, to!);
    return preparePromotion({ service, from: from!, to: to!, build }, context);
  };
  return pMap(wish.services, prepare, { concurrency: atOnce });
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
