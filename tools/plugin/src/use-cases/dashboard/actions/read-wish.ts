import type { DashboardAction, PlanWish, RunWish } from '../../../model/dashboard/action-plan.ts';
import { Refusal } from '../../../model/errors/product-error.ts';

const actions: readonly DashboardAction[] = ['promote', 'rollback', 'release'];
/** Services of one plan: more than any workspace has. */
const mostServices = 1000;
/** Characters of a name, and of a reason: a record keeps it. */
const [longestName, longestReason] = [253, 500];

/** Returns a wish for a plan that came as JSON. @throws {Refusal} when it is none. */
export function readPlanWish(body: unknown): PlanWish {
  const { action, services, to, from, tag } = fieldsOf(body);
  const known = actions.find((each) => each === action);
  const isList = Array.isArray(services) && services.length > 0 && services.length <= mostServices;
  if (!known || !isList || !services.every(isName)) throw badWish('It names no action or no services.');
  if (known === 'promote' && (from === undefined || to === undefined))
    throw badWish('A promotion needs two environments.');
  if (known === 'rollback' && to === undefined) throw badWish('A rollback needs an environment.');
  for (const name of [to, from, tag]) if (name !== undefined && !isName(name)) throw badWish('A name in it is none.');
  const unique = [...new Set(services)];
  if (tag !== undefined && unique.length > 1) throw badWish('Builds of several services have no tag in common.');
  if (tag !== undefined && known === 'release') throw badWish('A release takes what is checked out.');
  return { action: known, services: unique, ...named({ to, from, tag }) };
}

/** Returns a confirmation that came as JSON. @throws {Refusal} when it is none. */
export function readRunWish(body: unknown): RunWish {
  const { plan, typed, reason } = fieldsOf(body);
  if (!isName(plan)) throw badWish('It names no plan.');
  if (typed !== undefined && !isText(typed, longestName)) throw badWish('What was typed is no text.');
  if (reason !== undefined && !isText(reason, longestReason))
    throw badWish(`The reason is no text of ${longestReason} characters at most.`);
  const trimmed = isText(reason, longestReason) ? reason.replaceAll(/\s+/g, ' ').trim() : '';
  return { plan, ...named({ typed }), ...(trimmed === '' ? {} : { reason: trimmed }) };
}

function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw badWish('It is no JSON object.');
}

function named(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

function isName(value: unknown): value is string {
  return isText(value, longestName) && value !== '';
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function badWish(reason: string): Refusal {
  return new Refusal({
    type: 'bad-plan-wish',
    doing: 'read a request of the page',
    reason,
    remedy: 'Reload the page.',
  });
}
