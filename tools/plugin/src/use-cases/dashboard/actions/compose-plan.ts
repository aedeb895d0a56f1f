import {
  isGoingBack,
  type ActionPlan,
  type DashboardAction,
  type PlannedService,
  type PlanWish,
} from '../../../model/dashboard/action-plan.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Actor } from '../../../model/release/actor.ts';
import { formatSecond } from '../../../model/text/timestamp.ts';
import type { PreparedAction } from './action-context.ts';

/** The facts of a plan that are of no service. */
export interface PlanFacts {
  readonly id: string;
  readonly wish: PlanWish;
  readonly environments: readonly Environment[];
  readonly actor: Actor;
  /** The account that would be recorded as the approver; undefined where none is needed, or it is not known. */
  readonly approvedBy: string | undefined;
  readonly madeAt: Date;
  readonly expiresAt: Date;
}

const verbs: Readonly<Record<DashboardAction, string>> = {
  promote: 'Promote',
  rollback: 'Take back',
  release: 'Release',
  'rollback-environment': 'Take back',
};

/** Puts a plan together as the page shows it. */
export function composePlan(facts: PlanFacts, prepared: PreparedAction): ActionPlan {
  const { id, wish, actor, approvedBy, madeAt, expiresAt } = facts;
  const services = prepared.services.map(({ planned }) => planned);
  const ready = services.filter(({ state }) => state === 'ready');
  const shown = new Set(prepared.services.flatMap((each) => each.shown.map(({ environment }) => environment)));
  const changed = [...(shown.size > 0 ? shown : new Set(wish.to === undefined ? [] : [wish.to]))];
  // An environment goes back as a whole, or not at all.
  const isWhole = wish.action === 'rollback-environment';
  const isReady = ready.length > 0 && !(isWhole && services.some(({ state }) => state === 'refused'));
  const typed = isReady ? typedOf(facts, ready, changed) : undefined;
  return {
    ...{ id, action: wish.action, environments: changed },
    title: titleOf(wish, services, changed),
    button: buttonOf(wish, ready, changed),
    by: { person: actor.person, run: actor.run },
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...{ madeAt: madeAt.toISOString(), expiresAt: expiresAt.toISOString() },
    isReady,
    ...(typed ? { typed } : {}),
    needsReason: isGoingBack(wish.action),
    stopsAtFailure: prepared.stopsAtFailure,
    ...(prepared.command === undefined ? {} : { command: prepared.command }),
    services: [...services].sort((a, b) => rank(a) - rank(b)),
  };
}

function titleOf(
  { action, from, at }: PlanWish,
  services: readonly PlannedService[],
  changed: readonly string[],
): string {
  const [only] = services;
  if (at !== undefined) return `Take ${changed.join(', ')} back to ${formatSecond(at, 'UTC')}`;
  if (services.length === 1 && only) return only.sentence;
  const where = changed.join(', ');
  if (action === 'promote') return `Promote ${services.length} services from ${from} to ${where}`;
  if (action === 'rollback') return `Take ${services.length} services in ${where} back`;
  return `Release ${services.length} services${where === '' ? '' : ` to ${where}`}`;
}

/** Verb, object and place: nothing else is done by the button than it says. */
function buttonOf({ action, at }: PlanWish, ready: readonly PlannedService[], changed: readonly string[]): string {
  const [only] = ready;
  const where = changed.join(', ');
  const isOne = ready.length === 1 && only !== undefined;
  if (at !== undefined)
    return `Take ${isOne ? only.service : `${ready.length} services`} in ${where} back to ${formatSecond(at, 'UTC')}`;
  if (action === 'rollback')
    return isOne
      ? `Take ${only.service} in ${where} back to ${only.build}`
      : `Take ${ready.length} services in ${where} back`;
  const what = isOne
    ? `${only.service}${only.build === undefined ? '' : ` ${only.build}`}`
    : `${ready.length} services`;
  return `${verbs[action]} ${what}${where === '' ? '' : ` to ${where}`}`;
}

/**
 * Returns the word to be typed: the name of the environment, the protected one where there are several. Commits that a rollback takes
 * away are what it is for, so that they alone ask for nothing to be typed.
 */
function typedOf(
  { wish, environments }: PlanFacts,
  ready: readonly PlannedService[],
  changed: readonly string[],
): ActionPlan['typed'] {
  const guarded = changed.filter((name) => environments.some((each) => each.name === name && each.protected));
  const lost = isGoingBack(wish.action) ? 0 : ready.reduce((sum, { lost: each }) => sum + each.length, 0);
  const reasons = [
    ...guarded.map((name) => `${name} is protected.`),
    ...(ready.length > 1 ? [`It is for ${ready.length} services.`] : []),
    ...(lost > 0 ? [lost === 1 ? 'A commit is lost.' : `${lost} commits are lost.`] : []),
    ...(ready.some(({ breaks }) => breaks.length > 0) ? ['It may break clients of the API.'] : []),
  ];
  const text = guarded[0] ?? changed.at(-1);
  return reasons.length > 0 && text !== undefined ? { text, reasons } : undefined;
}

function rank({ state }: PlannedService): number {
  return { refused: 0, nothing: 1, ready: 2 }[state];
}
