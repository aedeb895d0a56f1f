import type { DashboardAction, PlanWish, RunWish } from '../../../model/dashboard/action-plan.ts';
import { parseMoment } from '../../../model/dashboard/parse-moment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { escapeControlCharacters } from '../../../model/text/escape-control-characters.ts';
import { whyNotServiceName } from '../../../model/release/service-name.ts';

const actions: readonly DashboardAction[] = ['promote', 'rollback', 'release', 'rollback-environment'];
/** Services of one plan: more than any workspace has. */
const mostServices = 1000;
/** Characters of a name, and of a reason: a record keeps it. */
const [longestName, longestReason] = [253, 500];

/** Returns a wish for a plan that came as JSON. @throws {Refusal} when it is none. */
export function readPlanWish(body: unknown): PlanWish {
  const { action, services, to, from, tag, at } = fieldsOf(body);
  const known = actions.find((each) => each === action);
  if (!known) throw badWish('It names no action.');
  for (const name of [to, from, tag]) if (name !== undefined && !isName(name)) throw badWish('A name in it is none.');
  if (known === 'rollback-environment') return environmentWish({ services, to, at });
  const isList = Array.isArray(services) && services.length > 0 && services.length <= mostServices;
  if (!isList || !services.every(isService)) throw badWish('It names no services.');
  if (known === 'promote' && (from === undefined || to === undefined))
    throw badWish('A promotion needs two environments.');
  if (known === 'rollback' && to === undefined) throw badWish('A rollback needs an environment.');
  const unique = [...new Set(services)];
  if (tag !== undefined && unique.length > 1) throw badWish('Builds of several services have no tag in common.');
  if (tag !== undefined && known === 'release') throw badWish('A release takes what is checked out.');
  return { action: known, services: unique, ...named({ to, from, tag }) };
}

/** Which services of an environment go back, its records say. */
function environmentWish({ services = [], to, at }: Record<'services' | 'to' | 'at', unknown>): PlanWish {
  if (!isName(to)) throw badWish('It names no environment.');
  if (!Array.isArray(services) || services.length > 0) throw badWish('An environment rolls back as a whole.');
  const moment = isName(at) ? parseMoment(at) : undefined;
  if (!moment) throw badWish('It names no moment with its zone.');
  return { action: 'rollback-environment', services: [], to, at: moment.toISOString() };
}

/** Returns a confirmation that came as JSON. @throws {Refusal} when it is none. */
export function readRunWish(body: unknown): RunWish {
  const { plan, typed, reason } = fieldsOf(body);
  if (!isName(plan)) throw badWish('It names no plan.');
  if (typed !== undefined && !isText(typed, longestName)) throw badWish('What was typed is no text.');
  if (reason !== undefined && !isText(reason, longestReason))
    throw badWish(`The reason is no text of ${longestReason} characters at most.`);
  const oneLine = isText(reason, longestReason) ? reason.replaceAll(/\s+/g, ' ').trim() : '';
  const trimmed = escapeControlCharacters(oneLine);
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

/** A name as services have it: it becomes a part of selectors, paths and commands. */
function isService(value: unknown): value is string {
  return typeof value === 'string' && whyNotServiceName(value) === undefined;
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
