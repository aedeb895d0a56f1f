import fc from 'fast-check';
import { headlineOf, attentionOf, standingOf } from './attention.ts';
import { cellSentence, gapSentence } from './cell-words.ts';
import type { CellState, DashboardCell, DashboardGap, DashboardState, EnvironmentAnswer } from './dashboard-state.ts';
import { KnownNow } from './known-now.ts';
import { matchesFilter, parseFilter } from './row-filter.ts';

const now = new Date('2026-11-26T14:03:21Z');
const names = ['dev', 'preprod', 'prod'];
const away: EnvironmentAnswer = {
  state: 'unreachable',
  since: '2026-11-26T14:00:00Z',
  lastSeen: '2026-11-26T13:59:00Z',
  reason: 'connection refused',
};
const answers = fc.constantFrom<EnvironmentAnswer>({ state: 'live' }, { state: 'asking' }, away);
const cells = fc.record<DashboardCell>({
  state: fc.constantFrom<CellState>('healthy', 'stuck', 'degraded', 'rolling-out', 'absent', 'unknown'),
  build: fc.constant('20261125-2'),
  commit: fc.constant('1a2b3c4d'),
  pods: fc.constant({ ready: 2, wanted: 2 }),
  hold: fc.constant({ by: 'grace' }),
  drift: fc.constant(['replicas 2 → 3']),
});
const gaps = fc.constantFrom<DashboardGap>(
  { kind: 'same' },
  { kind: 'none' },
  { kind: 'ahead', commits: 5, isLeast: false, lost: 1, soakUntil: '2026-11-26T15:00:00Z' },
);
const three = <T>(each: fc.Arbitrary<T>) => fc.tuple(each, each, each);
const named = <T>(values: readonly T[]) => Object.fromEntries(names.map((name, index) => [name, values[index]!]));
const boards = fc
  .tuple(three(answers), fc.array(fc.tuple(three(cells), three(gaps)), { minLength: 1, maxLength: 4 }))
  .map(([said, rows]): DashboardState => {
    return {
      ...{ version: 1, now: now.toISOString(), workspace: 'shop', hasActions: false, branch: { name: 'main' } },
      environments: names.map((name, index) => ({ name, isProtected: false, answer: said[index]! })),
      rows: rows.map(([rowCells, rowGaps], index) => ({
        ...{ service: `service-${index}`, isInWorkspace: true, tags: [] },
        ...{ cells: named(rowCells), gaps: named(rowGaps) },
      })),
    };
  });

it('passes on no cell and no gap beside an environment that does not answer', () =>
  fc.assert(
    fc.property(boards, (board) => {
      const known = new KnownNow().of(board);
      for (const [at, { name, answer }] of board.environments.entries()) {
        const isLive = answer.state === 'live';
        const isLeftLive =
          board.environments[at - 1]?.answer.state !== 'asking' &&
          board.environments[at - 1]?.answer.state !== 'unreachable';
        for (const [index, row] of known.rows.entries()) {
          const before = board.rows[index]!;
          if (isLive) expect(row.cells[name]).toBe(before.cells[name]);
          else expect(['asking', 'unreachable']).toContain(row.cells[name]!.state);
          if (isLive && isLeftLive) expect(row.gaps[name]).toBe(before.gaps[name]);
          else if (row.gaps[name]!.kind !== 'unknown') expect(row.gaps[name]).toBe(before.gaps[name]);
        }
      }
    }),
  ));

it('lets no filter find what is not known now, and counts nothing of it as quiet', () =>
  fc.assert(
    fc.property(
      boards,
      fc.constantFrom('state:healthy,stuck,degraded', 'held', 'drift', 'build:2026', 'commit:1a2b'),
      (board, text) => {
        const silent = board.environments.map((head) => ({ ...head, answer: away }));
        const known = new KnownNow().of({ ...board, environments: silent });
        for (const row of known.rows) {
          expect(matchesFilter(parseFilter(text), row, { environments: silent, now })).toBe(false);
          const wasThere = names.some((name) => row.cells[name]!.seen?.state !== 'absent');
          expect(standingOf(row, silent, now)).toBe(wasThere ? 'unknown' : 'quiet');
        }
        expect(attentionOf(known, now)).toEqual([]);
      },
    ),
  ));

it('is the same object where all answer, and rows that did not change stay the same objects', () =>
  fc.assert(
    fc.property(boards, (board) => {
      const knownNow = new KnownNow();
      const live = {
        ...board,
        environments: board.environments.map((head) => ({ ...head, answer: { state: 'live' } as const })),
      };
      expect(knownNow.of(live)).toBe(live);
      const first = knownNow.of(board);
      const second = knownNow.of({ ...board, version: 2 });
      expect(second.rows.every((row, index) => row === first.rows[index])).toBe(true);
    }),
  ));

it('says what was seen last, and when, in the zone that is chosen', () => {
  const gap = { kind: 'ahead', commits: 5, isLeast: false } as const;
  const heads = names.map((name) => ({
    name,
    isProtected: false,
    answer: name === 'preprod' ? away : ({ state: 'live' } as const),
  }));
  const cell: DashboardCell = { state: 'healthy', build: '20261125-2', pods: { ready: 2, wanted: 2 } };
  const row = {
    service: 'orders',
    isInWorkspace: true,
    tags: [],
    cells: named([cell, cell, cell]),
    gaps: named([gap, gap, gap]),
  };
  const board = {
    version: 1,
    now: now.toISOString(),
    workspace: 'shop',
    hasActions: false,
    branch: { name: 'main' },
    environments: heads,
    rows: [row],
  };
  const [known] = new KnownNow().of(board).rows;
  const place = { head: heads[1]!, now, timeZone: 'Asia/Tokyo' };
  expect(cellSentence('orders', known!.cells.preprod!, place)).toBe(
    'orders in preprod: not known, last seen 2026-11-26 22:59:00 GMT+9: 20261125-2, healthy 2 of 2',
  );
  expect(gapSentence(known!.gaps.preprod!, 'dev', place)).toBe(
    'From dev to preprod: not known (preprod does not answer; last seen: 5 commits wait)',
  );
  expect(gapSentence(known!.gaps.prod!, 'preprod', { ...place, head: heads[2]! })).toBe(
    'From preprod to prod: not known (preprod does not answer; last seen: 5 commits wait)',
  );
  expect(headlineOf(new KnownNow().of(board), now).map(({ words }) => words[0])).toEqual([
    ...['0 need you', '0 moving', '0 quiet', '1 not known'],
    'preprod cannot be reached since ',
  ]);
});
