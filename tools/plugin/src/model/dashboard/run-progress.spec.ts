import fc from 'fast-check';
import type { ActionRun, RunEvent, RunSummary } from './action-run.ts';
import { applyRunEvent, linesKept } from './run-progress.ts';

const summary: RunSummary = {
  ...{ id: 'r', plan: 'p', title: 't', by: { person: 'ada', run: 'x' }, startedAt: '2026-11-24T12:00:00Z' },
  ...{ state: 'running', services: [], environments: ['prod'] },
};
const begun: RunEvent = { kind: 'state', run: 'r', summary };
const line = (id: number): RunEvent => ({
  ...{ kind: 'line', run: 'r' },
  line: { id, at: '2026-11-24T12:00:00Z', service: 'orders', kind: 'step', text: `${id}` },
});
const all = (events: readonly RunEvent[], from: readonly ActionRun[] | undefined = []) =>
  events.reduce<readonly ActionRun[] | undefined>((runs, event) => runs && applyRunEvent(runs, event), from);

describe('the events of a run', () => {
  it('come to the same, wherever a page was reloaded and heard some of them again', () => {
    const counts = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(counts, counts, counts, (total, cut, again) => {
        const events = [begun, ...Array.from({ length: total }, (_, index) => line(index + 1))];
        const whole = all(events);
        // The page asks for the runs as they are at the cut, and hears some lines before it once more.
        const asked = all(events.slice(0, cut));
        expect(all(events.slice(Math.max(0, cut - again)), asked)).toEqual(whole);
      }),
    );
  });

  it('have the runs asked for again where a line between is missing, or the run is not known', () => {
    expect(all([begun, line(1), line(3)])).toBeUndefined();
    expect(all([line(1)])).toBeUndefined();
  });

  it('keep so many lines and no more', () => {
    const events = Array.from({ length: linesKept + 5 }, (_, index) => line(index + 1));
    const [run] = all([begun, ...events])!;
    expect([run?.lines.length, run?.lines[0]?.id]).toEqual([linesKept, 6]);
  });
});
