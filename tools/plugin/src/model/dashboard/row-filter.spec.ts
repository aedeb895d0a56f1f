import fc from 'fast-check';
import type { DashboardCell, DashboardRow, EnvironmentHead } from './dashboard-state.ts';
import { filterProblems, matchesFilter, parseFilter } from './row-filter.ts';

const now = new Date('2026-11-26T14:00:00Z');
const head = (name: string): EnvironmentHead => ({ name, isProtected: false, answer: { state: 'live' } });
const context = { environments: [head('dev'), head('prod')], now };
const row = (dev: DashboardCell, prod: DashboardCell): DashboardRow => ({
  service: 'payments',
  isInWorkspace: true,
  tags: ['team:pay'],
  folder: 'apps/payments',
  cells: { dev, prod },
  gaps: { prod: { kind: 'ahead', commits: 5, isLeast: false } },
});
const deployment = {
  build: '20261126-1',
  outcome: 'failed',
  cause: 'deploy',
  by: 'Ada Lovelace',
  startedAt: '2026-11-26T13:00:00Z',
} as const;
const subject = row(
  { state: 'healthy', behind: { commits: 9, isLeast: false } },
  { state: 'stuck', commit: '1a2b3c4d', build: '20261125-2', deployment, behind: { commits: 2, isLeast: false } },
);
const matches = (text: string) => matchesFilter(parseFilter(text), subject, context);

it.each([
  ['', true],
  ['pay', true],
  ['orders', false],
  ['-orders', true],
  ['state:stuck', true],
  ['state:stuck,down', true],
  ['state:stuck env:dev', false],
  ['-state:stuck', false],
  ['-state:stuck env:dev', true],
  ['-env:prod state:stuck', false],
  ['behind:>5', true],
  ['behind:>5 state:stuck', false],
  ['behind:<=2', true],
  ['by:"ada love"', true],
  ['since:<2h', true],
  ['since:>2h', false],
  ['since:30m', false],
  ['failed', true],
  ['waiting', true],
  ['waiting env:dev', false],
  ['held', false],
  ['drift', false],
  ['tag:team:pay', true],
  ['build:20261125', true],
  ['commit:1a2b3c4', true],
  ['commit:1a', false],
  ['is:needs-you', true],
  ['is:quiet', false],
  ['state:', true],
  ['stat:stuck', false],
])('%s: %s', (text, isShown) => expect(matches(text)).toBe(isShown));

it('names a word that is misspelt', () => {
  expect(filterProblems(parseFilter('stat:stuck'))).toEqual(['There is no filter word “stat:”; did you mean “state”?']);
  expect(filterProblems(parseFilter('state:stuck'))).toEqual([]);
});

it('reads whatever is typed, and a minus keeps out just what is shown without it', () => {
  const word = fc.constantFrom(
    'pay',
    'state:stuck',
    'held',
    'tag:x',
    'behind:>5',
    'is:quiet',
    'waiting',
    'failed',
    'by:ada',
  );
  fc.assert(fc.property(word, (text) => matches(`-${text}`) !== matches(text)));
  fc.assert(fc.property(fc.string(), (text) => typeof matches(text) === 'boolean'));
});
