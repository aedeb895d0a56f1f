import type { DashboardRow } from '../dashboard-state.ts';
import { exportedPeriod, type DashboardExport, type GapChanges, type GapProblem } from './dashboard-export.ts';

/** The answer to a view, or why the export does not have it. */
export type ExportedAnswer = { readonly answer: unknown } | { readonly problem: GapProblem };

/** Answers what a view of the page would ask a server. @param path `/api/services/orders/changes?from=prod&to=preprod`. */
export function answerFrom(found: DashboardExport, path: string): ExportedAnswer {
  const { pathname, searchParams } = new URL(path, 'https://export.invalid');
  const [, , what, name = '', part] = pathname.split('/').map(decoded);
  if (what === 'services' && part === undefined) return held(ownValue(found.services, name));
  if (what === 'services' && part === 'changes') {
    return changesFrom(found, name, { from: searchParams.get('from') ?? '', to: searchParams.get('to') ?? '' });
  }
  if (what === 'activity') return held(found.activity);
  if (what === 'delivery') {
    const environment = searchParams.get('env') ?? found.activity.environments.at(-1) ?? '';
    return held(searchParams.get('since') === exportedPeriod ? ownValue(found.deliveries, environment) : undefined);
  }
  return held(undefined);
}

/** A gap as it is asked for: `prod..preprod`, `dev..HEAD`. */
export interface GapRange {
  readonly from: string;
  readonly to: string;
}

/** Returns the gaps of the environments, the last one first: these are compared in an export. */
export function gapRanges(environments: readonly string[]): GapRange[] {
  return environments.map((from, place) => ({ from, to: environments[place - 1] ?? 'HEAD' })).reverse();
}

function changesFrom(found: DashboardExport, service: string, range: GapRange): ExportedAnswer {
  const environments = found.state.environments.map(({ name }) => name);
  const isGap = gapRanges(environments).some(({ from, to }) => from === range.from && to === range.to);
  const remedy = `\`nx run ${service}:changes --from=${range.from} --to=${range.to}\` shows it.`;
  if (!isGap) return { problem: { reason: 'An export compares neighbours only.', remedy } };
  const changes = ownValue(ownValue(found.changes, service) ?? {}, range.from) as GapChanges | undefined;
  if (changes) return 'changes' in changes ? { answer: changes } : { problem: changes };
  const row = found.state.rows.find((each) => each.service === service);
  return { problem: row ? withoutChanges(row, range) : { reason: `This export has no service ${service}.` } };
}

/** Why nothing is compared across a gap that nothing is told of. */
function withoutChanges({ cells, gaps, service }: DashboardRow, { from, to }: GapRange): GapProblem {
  const left = to === 'HEAD' ? 'the main branch' : to;
  const gap = ownValue(gaps, from);
  const build = ownValue(cells, from)?.build;
  if (gap?.kind === 'same' && to === 'HEAD') return { reason: `${service} in ${from} is up to date with ${left}.` };
  if (gap?.kind === 'same') return { reason: `${left} and ${from} run the same build${build ? `, ${build}` : ''}.` };
  if (gap?.kind === 'unknown') return { reason: gap.reason };
  return { reason: `There is nothing to compare between ${left} and ${from}.` };
}

function held(answer: unknown): ExportedAnswer {
  if (answer !== undefined) return { answer };
  return {
    problem: {
      reason: 'That is not in this export.',
      remedy: '`nx run infrastructure:dashboard` shows it; so does the command below.',
    },
  };
}

/** Names of services and environments are others' words: `constructor` is one. */
function ownValue<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Addresses that were typed may not be well formed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
