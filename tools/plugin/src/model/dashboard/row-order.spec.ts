import fc from 'fast-check';
import type { DashboardRow } from './dashboard-state.ts';
import { gridQueryText, parseGridQuery } from './grid-query.ts';
import { groupings, inOrder, linesOf, orderOf, sorts } from './row-order.ts';

const context = {
  environments: [{ name: 'prod', isProtected: true, answer: { state: 'live' } }] as const,
  now: new Date('2026-11-26T14:00:00Z'),
};
const rowOf = (service: string, behind = 0, tags: string[] = []): DashboardRow => ({
  service,
  isInWorkspace: true,
  tags,
  folder: `apps/${service}`,
  cells: { prod: { state: 'healthy', behind: { commits: behind, isLeast: false } } },
  gaps: {},
});
const names = (rows: readonly DashboardRow[]) => rows.map(({ service }) => service);
const rows = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), fc.nat(50)), { selector: ([name]) => name })
  .map((all) => all.map(([name, behind]) => rowOf(name, behind, behind > 25 ? ['team:pay'] : [])));

it('puts first what is farthest behind', () =>
  expect(orderOf([rowOf('a', 1), rowOf('b', 5), rowOf('c', 5)], 'behind', context)).toEqual(['b', 'c', 'a']));

it('has each service once, in every order and in every group', () =>
  fc.assert(
    fc.property(
      rows,
      fc.constantFrom(...sorts),
      fc.constantFrom(undefined, 'folder', 'team'),
      (all, sort, grouping) => {
        expect([...orderOf(all, sort, context)].sort()).toEqual(names(all).sort());
        const lines = linesOf(all, grouping).flatMap((line) => (line.kind === 'row' ? [line.row.service] : []));
        expect(lines.sort()).toEqual(names(all).sort());
      },
    ),
  ));

it('does not move rows by what comes in later', () => {
  const before = [rowOf('a', 9), rowOf('b', 5)];
  const order = new Map(orderOf(before, 'behind', context).map((name, place) => [name, place]));
  expect(names(inOrder([rowOf('new', 99), rowOf('b', 50), rowOf('a', 0)], order))).toEqual(['a', 'b', 'new']);
});

it('groups by folders and by what tags are of', () =>
  expect(groupings([rowOf('a', 0, ['team:pay', 'lang:go', 'plain'])])).toEqual(['folder', 'lang', 'team']));

it('reads a grid back from the address that it wrote', () => {
  const query = fc.record({
    filter: fc.string(),
    environments: fc.array(fc.constantFrom('dev', 'prod')),
    sort: fc.constantFrom(...sorts),
    zone: fc.constantFrom('utc' as const, 'local' as const),
  });
  fc.assert(
    fc.property(query, (wanted) => {
      expect(parseGridQuery(new URLSearchParams(gridQueryText(wanted)))).toEqual(wanted);
    }),
  );
});
