import type { ActionPlan, PlanChanged, PlanWish } from '../../plugin/src/model/dashboard/action-plan.ts';
import type { RunSummary } from '../../plugin/src/model/dashboard/action-run.ts';
import { post } from './live/session.ts';
import type { WantedPlan } from './wanted-plan.ts';

/** An answer of the server that says no, in the words of the command line. */
export interface Refused {
  readonly reason: string;
  readonly remedy?: string;
}

/** The answer to a confirmation. */
export type Confirmed =
  | { readonly kind: 'begun'; readonly run: RunSummary }
  | ({ readonly kind: 'changed' } & Pick<PlanChanged, 'changes' | 'plan'>)
  | { readonly kind: 'refused'; readonly refused: Refused };

/** Has the server make a plan. Nothing is done by it. */
export async function askPlan(wanted: WantedPlan, signal: AbortSignal): Promise<ActionPlan | { refused: Refused }> {
  const answer = await post('/api/plans', wishOf(wanted), signal);
  return answer.ok ? ((await answer.json()) as ActionPlan) : { refused: await refusalOf(answer) };
}

/** Confirms a plan by its id: what is done is what it says, or nothing. */
export async function confirmPlan(plan: string, typed: string, reason: string): Promise<Confirmed> {
  const wish = { plan, ...(typed === '' ? {} : { typed }), ...(reason.trim() === '' ? {} : { reason }) };
  const answer = await post('/api/runs', wish).catch(() => undefined);
  if (!answer) {
    const remedy = 'It may have begun all the same: see the runs before you try again.';
    return { kind: 'refused', refused: { reason: 'The server did not answer.', remedy } };
  }
  if (answer.status === 409) return { kind: 'changed', ...((await answer.json()) as PlanChanged) };
  if (!answer.ok) return { kind: 'refused', refused: await refusalOf(answer) };
  return { kind: 'begun', ...((await answer.json()) as { run: RunSummary }) };
}

/** What waits on main comes to an environment by a release, and not by a promotion. */
function wishOf({ action, services, from, to, at }: WantedPlan): PlanWish {
  if (at !== undefined) return { action, services, to, at };
  if (action === 'promote' && (from === undefined || from === 'HEAD')) return { action: 'release', services, to };
  return { action, services, to, ...(action === 'promote' && from !== undefined ? { from } : {}) };
}

async function refusalOf(answer: Response): Promise<Refused> {
  const said = (await answer.json().catch(() => ({}))) as Partial<Refused>;
  return { ...said, reason: said.reason ?? `The server answered ${answer.status}.` };
}
