import fc from 'fast-check';
import type { DashboardRow, DashboardState } from '../dashboard-state.ts';
import { nameMatch } from './name-match.ts';
import { findEntries, paletteEntries, paletteGroups } from './palette.ts';

const rowOf = (service: string): DashboardRow => ({
  ...{ service, isInWorkspace: true, tags: [], gaps: {} },
  cells: { dev: { state: 'healthy', build: '20261125-2', commit: '1a2b3c4d'.repeat(5) } },
});
const boardOf = (services: readonly string[], hasActions = false): DashboardState => ({
  ...{ version: 1, now: '2026-11-26T14:03:21Z', workspace: 'shop', hasActions, branch: { name: 'main' } },
  environments: ['dev', 'prod'].map((name) => ({ name, isProtected: false, answer: { state: 'live' } })),
  rows: services.map(rowOf),
});
const find = (typed: string, board: DashboardState) => findEntries(paletteEntries(board, []), typed, board);
const board = boardOf(['orders', 'eu-orders', 'reorders', 'payments']);
const namesOf = (group: string, typed: string, of = board) =>
  find(typed, of)
    .filter((each) => each.group === group)
    .map(({ name }) => name);

it('has what begins with the text before what has it within', () =>
  expect(namesOf('Services', 'orders')).toEqual(['orders', 'eu-orders', 'reorders']));

it('finds a service by letters in their order, a build, a commit that runs, and one that runs nowhere', () => {
  expect(namesOf('Services', 'pmt')).toEqual(['payments']);
  expect(namesOf('Builds', '20261125')).toEqual(['20261125-2']);
  expect(namesOf('Commits', '1a2b3c4')).toEqual(['1a2b3c4d1a2b']);
  expect(namesOf('Commits', 'deadbeef')).toEqual(['deadbeef']);
});

it('finds the commands of a service by a verb and its name, in either order', () => {
  const commands = ['nx run payments:promote --from=dev --to=prod'];
  expect(namesOf('Commands', 'promote pay')).toEqual(commands);
  expect(namesOf('Commands', 'payments prom')).toEqual(commands);
  expect(namesOf('Commands', 'payments rollback prod')).toEqual(['nx run payments:rollback --env=prod']);
});

it('opens plans only where the page may act, and commands are only ever copied', () => {
  expect(namesOf('Plans', 'promote pay')).toEqual([]);
  expect(namesOf('Plans', 'promote pay', boardOf(['payments'], true))).toEqual([
    'Plan to promote payments from dev to prod',
  ]);
  fc.assert(
    fc.property(fc.constantFrom('', 'pay', 'rollback orders', 'release payments', 'nx'), (typed) => {
      for (const { group, act } of find(typed, boardOf(['orders', 'payments'], true))) {
        expect(act.kind).toBe(group === 'Commands' ? 'copy' : group === 'Plans' ? 'plan' : 'go');
      }
    }),
  );
});

it('finds each service by its own name, first of all, in the order of the groups', () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}(-[a-z]{1,4})?$/), { minLength: 1 }),
      fc.nat(),
      (names, which) => {
        const name = names[which % names.length]!;
        const found = find(name, boardOf(names));
        expect(found.find(({ group }) => group === 'Services')?.name).toBe(name);
        const order = found.map(({ group }) => paletteGroups.indexOf(group));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      },
    ),
  ));

it('reads whatever is typed', () =>
  fc.assert(fc.property(fc.string(), fc.string(), (typed, name) => nameMatch(typed, name) !== null)));
