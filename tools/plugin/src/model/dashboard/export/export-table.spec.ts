import fc from 'fast-check';
import type { DashboardState } from '../dashboard-state.ts';
import { exportTable } from './export-table.ts';

const stateOf = (text: string): DashboardState => ({
  ...{ version: 1, now: '2026-11-26T14:03:21.000Z', workspace: text, hasActions: false, branch: { name: text } },
  environments: [
    {
      name: 'dev',
      isProtected: false,
      answer: { state: 'unreachable', since: '2026-11-26T14:00:00.000Z', reason: text },
    },
    { name: text, isProtected: true, answer: { state: 'live' } },
  ],
  rows: [
    {
      ...{ service: text, isInWorkspace: true, tags: [] },
      cells: { dev: { state: 'unknown' }, [text]: { state: 'stuck', build: text, hold: { by: text, reason: text } } },
      gaps: { [text]: { kind: 'ahead', commits: 5, isLeast: true } },
    },
  ],
});

describe('exportTable', () => {
  it('has the same elements whatever others wrote, and no character that turns text round', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g);
    const expected = tags(exportTable(stateOf('x')));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('</noscript><img onerror=x>', '"\'&<', '\u202e')), (text) => {
        fc.pre(text !== 'dev');
        const html = exportTable(stateOf(text));
        expect(tags(html)).toEqual(expected);
        expect(html).not.toMatch(/[\u202a-\u202e]/);
      }),
    );
  });

  it('says what each cell is, what waits before it, and what could not be reached', () => {
    const html = exportTable(stateOf('prod'));
    expect(html).toContain('dev: could not be reached (prod)');
    expect(html).toContain(
      '<td>not known, last seen: not known. From prod to dev: not known (dev does not answer)</td>',
    );
    expect(html).toContain(
      '<td>prod, stuck, held by prod (prod). From dev to prod: not known (dev does not answer; last seen: at least 5 commits wait)</td>',
    );
  });
});
