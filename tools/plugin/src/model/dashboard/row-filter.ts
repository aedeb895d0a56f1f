import { closestName } from '../text/did-you-mean.ts';
import { parseDuration } from '../text/duration.ts';
import { standingOf } from './attention.ts';
import { hasFailed, isNotThere } from './cell-condition.ts';
import type { DashboardCell, DashboardGap, DashboardRow, EnvironmentHead } from './dashboard-state.ts';

/** One word of a filter. */
export interface FilterTerm {
  readonly key: string;
  readonly value: string;
  readonly isNegated: boolean;
}

interface Place {
  readonly environment: string;
  readonly cell: DashboardCell;
  readonly gap: DashboardGap | undefined;
  readonly now: Date;
}

type RowTest = (row: DashboardRow, value: string, context: FilterContext) => boolean;
type CellTest = (place: Place, value: string) => boolean;

/** The board that a filter is applied to, and when. */
export interface FilterContext {
  readonly environments: readonly EnvironmentHead[];
  readonly now: Date;
}

const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());

const rowTests: Readonly<Record<string, RowTest>> = {
  text: ({ service, tags, folder = '' }, value) => [service, folder, ...tags].some((each) => includes(each, value)),
  tag: ({ tags }, value) => tags.some((tag) => includes(tag, value)),
  is: (row, value, { environments, now }) => standingOf(row, environments, now) === value,
};

const cellTests: Readonly<Record<string, CellTest>> = {
  env: ({ environment }, value) => value.split(',').includes(environment),
  state: ({ cell }, value) => value.split(',').includes(cell.state),
  behind: ({ cell: { behind } }, value) =>
    behind !== undefined && 'commits' in behind && compares(behind.commits, value),
  by: ({ cell: { deployment, hold } }, value) =>
    [deployment?.by, hold?.by].some((name) => name !== undefined && includes(name, value)),
  since: ({ cell: { deployment }, now }, value) => {
    const [, sign = '<', time = ''] = /^([<>]?)(.*)$/.exec(value) ?? [];
    const limit = parseDuration(time);
    if (!deployment || limit === undefined) return false;
    const age = now.getTime() - Date.parse(deployment.endedAt ?? deployment.startedAt);
    return sign === '>' ? age > limit : age <= limit;
  },
  build: ({ cell: { build = '' } }, value) => includes(build, value),
  commit: ({ cell: { commit = '' } }, value) => value.length >= 4 && commit.startsWith(value.toLowerCase()),
  drift: ({ cell: { drift = [] } }) => drift.length > 0,
  held: ({ cell: { hold } }) => hold !== undefined,
  failed: ({ cell }) => hasFailed(cell),
  waiting: ({ gap }) => gap?.kind === 'ahead' && gap.commits > 0,
};

/** Words that need no value. */
const flags = ['drift', 'held', 'failed', 'waiting'];

/** Words that have a value: `state:stuck`. */
export const filterKeys: readonly string[] = [...Object.keys(rowTests), ...Object.keys(cellTests)].filter(
  (key) => key !== 'text' && !flags.includes(key),
);

/** Filter words with an example each, for people who ask. */
export const filterExamples: readonly (readonly [string, string])[] = [
  ['pay', 'name, folder or tag has “pay”'],
  ['state:stuck,down', 'one of these states'],
  ['env:prod', 'what else is asked for holds there'],
  ['behind:>5', 'lacks more than five commits of the main branch'],
  ['by:ada', 'deployed or held by her'],
  ['since:<2h', 'deployed in the last two hours'],
  ['drift  held  failed  waiting', 'not as deployed, held, last deployment not well, commits wait to come in'],
  ['build:20261125', 'runs this build'],
  ['commit:1a2b3c4', 'runs this very commit'],
  ['tag:team:pay', 'tag of the Nx project'],
  ['is:needs-you', 'or moving, quiet, unknown'],
  ['-held', 'a minus keeps out what it names'],
];

/** Returns the words of a filter. A value with spaces stands in quotes: `by:"Ada Lovelace"`. A word with an unknown key is text. */
export function parseFilter(text: string): FilterTerm[] {
  return [...text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g)].flatMap(
    ([whole, minus, key, quoted, bare = '']) => {
      // Being typed: it has no value yet.
      if (key === undefined && bare.endsWith(':') && filterKeys.includes(bare.slice(0, -1))) return [];
      const isNegated = minus === '-';
      const value = quoted ?? bare;
      if (key !== undefined && filterKeys.includes(key)) return { key, value, isNegated };
      if (key === undefined && quoted === undefined && flags.includes(value))
        return { key: value, value: '', isNegated };
      return { key: 'text', value: key === undefined ? value : whole.slice(minus!.length), isNegated };
    },
  );
}

/** Returns what is likely misspelt in a filter, a sentence each. */
export function filterProblems(terms: readonly FilterTerm[]): string[] {
  return terms.flatMap(({ key, value }) => {
    const [, word] = /^([a-z]+):/.exec(value) ?? [];
    if (key !== 'text' || word === undefined) return [];
    const near = closestName(word, [...filterKeys, ...flags]);
    return [`There is no filter word “${word}:”${near === undefined ? '' : `; did you mean “${near}”?`}`];
  });
}

/**
 * Reports whether a service is shown. All that is asked of a cell must hold in one and the same cell; what has a minus must
 * hold in none (of the environments that are asked for), so that a filter never shows what it keeps out.
 */
export function matchesFilter(terms: readonly FilterTerm[], row: DashboardRow, context: FilterContext): boolean {
  const ofRow = terms.filter(({ key }) => key in rowTests);
  if (!ofRow.every(({ key, value, isNegated }) => rowTests[key]!(row, value, context) !== isNegated)) return false;
  const ofCells = terms.filter(({ key }) => key in cellTests);
  if (ofCells.length === 0) return true;
  const places = placesOf(row, context);
  const holds = ({ key, value }: FilterTerm, place: Place) => cellTests[key]!(place, value);
  const wanted = ofCells.filter(({ isNegated }) => !isNegated);
  const scope = wanted.filter(({ key }) => key === 'env');
  const unwanted = ofCells.filter(({ isNegated }) => isNegated);
  const inScope = places.filter((place) => scope.every((term) => holds(term, place)));
  if (inScope.some((place) => unwanted.some((term) => term.key !== 'env' && holds(term, place)))) return false;
  const left = inScope.filter((place) => !unwanted.some((term) => term.key === 'env' && holds(term, place)));
  return left.some((place) => wanted.every((term) => holds(term, place)));
}

function placesOf(row: DashboardRow, { environments, now }: FilterContext): Place[] {
  return environments.flatMap(({ name }) => {
    const cell = row.cells[name];
    return cell && !isNotThere(cell) ? [{ environment: name, cell, gap: row.gaps[name], now }] : [];
  });
}

function compares(count: number, value: string): boolean {
  const [, sign, number] = /^(>=|<=|[<>=]?)(\d+)$/.exec(value) ?? [];
  if (number === undefined) return false;
  const limit = Number(number);
  if (sign === '>') return count > limit;
  if (sign === '<') return count < limit;
  if (sign === '>=') return count >= limit;
  if (sign === '<=') return count <= limit;
  return count === limit;
}
