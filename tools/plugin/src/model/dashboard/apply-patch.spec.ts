import fc from 'fast-check';
import { applyPatch } from './apply-patch.ts';
import type { DashboardCell, DashboardGap, DashboardRow, DashboardState } from './dashboard-state.ts';
import { patchBetween } from './patch-between.ts';

const environments = ['dev', 'prod'];

const cell = fc.constantFrom<DashboardCell>(
  { state: 'absent' },
  { state: 'asking' },
  { state: 'healthy', build: '20261124-1', pods: { ready: 2, wanted: 2 } },
  { state: 'healthy', build: '20261125-1', pods: { ready: 2, wanted: 2 } },
  { state: 'stuck', build: '20261125-1', troubles: ['its image cannot be pulled'] },
);
const gap = fc.constantFrom<DashboardGap>(
  { kind: 'none' },
  { kind: 'same' },
  { kind: 'ahead', commits: 2, isLeast: false },
  { kind: 'unknown', reason: 'The clone is shallow.' },
);
const row = fc.record<DashboardRow>({
  service: fc.constantFrom('a', 'b', 'constructor', 'd', '__proto__', 'ä'),
  isInWorkspace: fc.boolean(),
  tags: fc.subarray(['team:pay', 'team:ship']),
  cells: fc.record({ dev: cell, prod: cell }),
  gaps: fc.record({ dev: gap, prod: gap }),
});
const state = fc
  .record({
    rows: fc.uniqueArray(row, { selector: ({ service }) => service, maxLength: 6 }),
    branch: fc.constantFrom(
      { name: 'main' },
      { name: 'main', commit: 'a'.repeat(40) },
      { name: 'main', problem: 'Old.' },
    ),
    isLive: fc.boolean(),
  })
  .map(({ rows, branch, isLive }): DashboardState => ({
    version: 0,
    now: '2026-11-24T10:00:00Z',
    workspace: 'shop',
    hasActions: false,
    branch,
    environments: environments.map((name) => ({
      name,
      isProtected: false,
      answer: isLive ? { state: 'live' } : { state: 'asking' },
    })),
    rows: rows.sort((one, other) => (one.service < other.service ? -1 : 1)),
  }));

describe('patches', () => {
  it('lead from any state to any other, also one after another, and over the wire', () => {
    fc.assert(
      fc.property(state, fc.array(state, { maxLength: 5 }), (first, later) => {
        let shown = first;
        let before = first;
        for (const [index, next] of later.entries()) {
          const after = { ...next, version: index + 1, now: `2026-11-24T10:00:0${index + 1}Z` };
          const patch = patchBetween(before, after);
          if (patch) shown = applyPatch(shown, JSON.parse(JSON.stringify(patch)) as typeof patch);
          expect({ ...shown, version: 0, now: '' }).toEqual({ ...after, version: 0, now: '' });
          before = after;
        }
      }),
    );
  });

  it('are none where nothing but the time differs', () => {
    fc.assert(
      fc.property(state, (one) => {
        const same = JSON.parse(JSON.stringify(one)) as DashboardState;
        expect(patchBetween(one, { ...same, version: 7, now: 'later' })).toBeUndefined();
      }),
    );
  });

  it('leave rows alone that they do not name, and hold only the cell that differs', () => {
    fc.assert(
      fc.property(state, cell, (before, changed) => {
        fc.pre(before.rows.length > 1);
        const [first, ...others] = before.rows as [DashboardRow, ...DashboardRow[]];
        const after = { ...before, rows: [{ ...first, cells: { ...first.cells, prod: changed } }, ...others] };
        const patch = patchBetween(before, after);
        expect(patch?.cells ?? []).toEqual(
          JSON.stringify(first.cells['prod']) === JSON.stringify(changed) ? [] : [[first.service, 'prod', changed]],
        );
        if (patch) expect(applyPatch(before, patch).rows.slice(1)).toStrictEqual(others);
        if (patch)
          for (const [index, kept] of others.entries()) expect(applyPatch(before, patch).rows[index + 1]).toBe(kept);
      }),
    );
  });
});
