import fc from 'fast-check';
import { momentCell, neighbouringEnds } from './moment.ts';
import type { ShownDeployment } from './service-page.ts';
import { laneOf } from './timeline.ts';

const start = Date.parse('2026-11-24T00:00:00Z');
const iso = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
const at = (minutes: number) => new Date(start + minutes * 60_000);

const outcomes = ['succeeded', 'failed', 'cancelled', 'abandoned'] as const;

/** Deployments of one service, one after the other, newest first, with the oldest ones forgotten. */
const histories = fc
  .record({
    steps: fc.array(
      fc.record({
        wait: fc.integer({ min: 1, max: 500 }),
        took: fc.integer({ min: 1, max: 30 }),
        build: fc.integer({ min: 1, max: 5 }),
        outcome: fc.constantFrom(...outcomes),
      }),
      { maxLength: 12 },
    ),
    forgotten: fc.nat({ max: 11 }),
    isUnderWay: fc.boolean(),
  })
  .map(({ steps, forgotten, isUnderWay }) => {
    let minute = 0;
    const all = steps.map(({ wait, took, build, outcome }, index): ShownDeployment => {
      minute += wait;
      const startedAt = iso(minute);
      minute += took;
      const isLast = index === steps.length - 1 && isUnderWay;
      return deployment(index + 1, {
        build: `20261124-${build}`,
        startedAt,
        ...(isLast ? { outcome: 'running' } : { outcome, finishedAt: iso(minute) }),
      });
    });
    return { all: [...all].reverse(), kept: all.slice(forgotten).reverse(), end: minute };
  });

function deployment(sequence: number, facts: Partial<ShownDeployment> = {}): ShownDeployment {
  return {
    ...{
      service: 'orders',
      environment: 'prod',
      sequence,
      build: '20261124-1',
      commit: 'c'.repeat(40),
      isDirty: false,
    },
    ...{ action: 'deploy', outcome: 'succeeded', by: 'ada', run: 'ada@laptop', startedAt: iso(0) },
    ...facts,
  };
}

describe('a moment', () => {
  it('shows what was in force, and says so where records do not reach: never something else', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: -10, max: 6400 }), ({ all, kept }, minute) => {
        const truth = momentCell(all, at(minute));
        const told = momentCell(kept, at(minute));
        if (kept.length === 0) return expect(told.state).toBe('not-there');
        if (told.state !== 'not-recorded') expect(told).toEqual(truth);
        // What is recorded is told: only what came before the first kept success is not.
        const firstGood = kept.findLast(({ outcome }) => outcome === 'succeeded');
        if (firstGood && at(minute) >= new Date(firstGood.finishedAt!)) expect(told.state).toBe('ran');
        return undefined;
      }),
    );
  });

  it('says the same as the bar of the timeline that covers it', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: 6400 }), ({ kept }, minute) => {
        const time = at(minute).getTime();
        const bars = laneOf(kept).runs.filter(({ from, to }) => from <= time && (to === undefined || time < to));
        const cell = momentCell(kept, at(minute));
        expect(bars.map((bar) => [bar.deployment.build, bar.deployment.finishedAt])).toEqual(
          cell.state === 'ran' ? [[cell.build, cell.since]] : [],
        );
      }),
    );
  });

  it('now differs from now in nothing', () => {
    fc.assert(
      fc.property(histories, ({ all, end }) => {
        expect(momentCell(all, at(end)).differs).toBe(false);
      }),
    );
  });

  it('tells a deployment that was under way, and one before it that did not end well', () => {
    const deployments = [
      deployment(3, { build: '20261124-3', startedAt: iso(100), finishedAt: iso(110) }),
      deployment(2, { build: '20261124-2', startedAt: iso(50), finishedAt: iso(55), outcome: 'abandoned' }),
      deployment(1, { startedAt: iso(0), finishedAt: iso(5) }),
    ];
    expect(momentCell(deployments, at(105))).toMatchObject({
      state: 'ran',
      build: '20261124-1',
      differs: true,
      now: '20261124-3',
      underWay: { build: '20261124-3', since: iso(100) },
      unsettled: { build: '20261124-2', outcome: 'abandoned', at: iso(55) },
    });
    expect(momentCell(deployments, at(110))).not.toHaveProperty('unsettled');
  });

  it('leads to the ends of deployments next to it', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: 6400 }), ({ kept }, minute) => {
        const { previous, next } = neighbouringEnds(kept, at(minute));
        const ends = kept.flatMap(({ finishedAt }) => finishedAt ?? []);
        const between = ends.filter((end) => (previous ?? '') < end && end < (next ?? '9') && end !== iso(minute));
        expect(between).toEqual([]);
      }),
    );
  });
});
