import { attentionOf, headlineOf } from './attention.ts';
import { cellSentence, gapSentence } from './cell-words.ts';
import { KnownNow } from './known-now.ts';
import { plainText } from './timed-words.ts';
import type { CellState, DashboardCell, DashboardState, EnvironmentHead } from './dashboard-state.ts';

const now = new Date('2026-11-26T14:03:21Z');
const timing = { now, timeZone: 'UTC' };
const prod: EnvironmentHead = { name: 'prod', isProtected: true, answer: { state: 'live' } };
const away: EnvironmentHead = {
  ...prod,
  answer: { state: 'unreachable', since: '2026-11-26T10:12:00Z', reason: 'connection refused' },
};
const deployment = {
  build: '20261126-1',
  outcome: 'succeeded',
  cause: 'deploy',
  by: 'ada',
  startedAt: '2026-11-26T14:00:21Z',
} as const;

function boardOf(
  cells: Record<string, DashboardCell>,
  environments: readonly EnvironmentHead[] = [prod],
): DashboardState {
  const rows = Object.entries(cells).map(([service, cell]) => ({
    ...{ service, isInWorkspace: true, tags: [], cells: { prod: cell }, gaps: {} },
  }));
  return {
    version: 1,
    now: now.toISOString(),
    workspace: 'shop',
    hasActions: false,
    branch: { name: 'main' },
    environments,
    rows,
  };
}
const of = (state: CellState, said: Partial<DashboardCell> = {}): DashboardCell => ({ state, ...said });
const all = {
  a: of('healthy', { hold: { by: 'grace', reason: 'wrong totals' } }),
  b: of('healthy', { drift: ['replicas 2 → 3 by kubectl'] }),
  c: of('degraded', { pods: { ready: 1, wanted: 2 } }),
  d: of('healthy', { deployment: { ...deployment, outcome: 'failed', reason: 'went back' } }),
  e: of('stuck', { deployment, troubles: ['pods cannot pull'] }),
  f: of('healthy'),
  g: of('rolling-out'),
};

it('tells the worst first, each as a sentence', () =>
  expect(attentionOf(boardOf(all), now).map(({ service, words }) => `${service}: ${plainText(words, timing)}`)).toEqual(
    [
      'e: stuck, 3 min after 20261126-1: pods cannot pull',
      'd: 20261126-1 failed 3 min ago, by ada: went back',
      'c: degraded 1 of 2',
      'b: not as deployed: replicas 2 → 3 by kubectl',
      'a: held by grace: wrong totals',
    ],
  ));

it('counts each service once in the sentence', () =>
  expect(headlineOf(boardOf(all), now).map(({ words }) => plainText(words, timing))).toEqual([
    '4 need you',
    '1 moving',
    '2 quiet',
  ]));

it('takes nothing for well or for broken where an environment does not answer', () => {
  const board = new KnownNow().of(boardOf(all, [away]));
  expect(attentionOf(board, now)).toEqual([]);
  expect(headlineOf(board, now).map(({ words }) => plainText(words, timing))).toEqual([
    ...['0 need you', '0 moving', '0 quiet', '7 not known'],
    'prod cannot be reached since 2026-11-26 10:12:00 UTC',
  ]);
});

it('says all of a cell and of a gap as sentences', () => {
  const place = { head: prod, ...timing };
  const cell = of('healthy', {
    build: '20261124-1',
    pods: { ready: 2, wanted: 2 },
    behind: { commits: 3, isLeast: true },
  });
  expect(cellSentence('orders', cell, place)).toBe(
    'orders in prod: 20261124-1, healthy 2 of 2, at least 3 commits behind',
  );
  const gap = { kind: 'ahead', commits: 1, isLeast: false, lost: 2, soakUntil: '2026-11-26T14:15:21Z' } as const;
  expect(gapSentence(gap, 'preprod', place)).toBe(
    'From preprod to prod: 1 commit waits, 2 commits of prod would be lost, soaks 12 min more, needs approval',
  );
});
