import fc from 'fast-check';
import type { ShownDeployment } from './service-page.ts';
import { isNewerBuild, laneOf, TimeScale } from './timeline.ts';
import { BuildNumber } from '../release/build-number.ts';

const hour = (count: number) => new Date(Date.parse('2026-11-24T00:00:00Z') + count * 3600_000).toISOString();

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
    ...{ action: 'deploy', outcome: 'succeeded', by: 'ada', run: 'ada@laptop' },
    ...{ startedAt: hour(sequence), finishedAt: hour(sequence + 0.1) },
    ...facts,
  };
}

describe('the lane of an environment', () => {
  const hold = { build: '20261124-2', by: 'grace', since: hour(3), reason: 'wrong totals' };
  const deployments = [
    deployment(1),
    deployment(2, { build: '20261124-2' }),
    deployment(3, { action: 'rollback', hold }),
    deployment(4, { build: '20261124-3', outcome: 'failed', hold }),
    deployment(5, { build: '20261124-4', hold }),
  ];

  it('has what ran, what failed, going back and the hold, until a newer build ended it', () => {
    const { runs, others, goneBack, held } = laneOf(deployments.toReversed());
    expect(runs.map((each) => [each.deployment.sequence, each.to])).toEqual([
      [1, Date.parse(hour(2.1))],
      [2, Date.parse(hour(3.1))],
      [3, Date.parse(hour(5.1))],
      [5, undefined],
    ]);
    expect(others.map(({ sequence }) => sequence)).toEqual([4]);
    expect(goneBack).toEqual([{ from: Date.parse(hour(2.1)), at: Date.parse(hour(3.1)), sequence: 3 }]);
    expect(held).toEqual([{ hold, from: Date.parse(hour(3)), to: Date.parse(hour(5.1)) }]);
  });

  it('leaves a hold open that is in force', () => {
    expect(laneOf(deployments.slice(0, 4)).held).toEqual([{ hold, from: Date.parse(hour(3)), to: undefined }]);
  });

  it('never ends a bar before it begins, whatever the clocks of deployers say', () => {
    const { runs } = laneOf([deployment(1, { finishedAt: hour(9) }), deployment(2)]);
    expect(runs[0]).toMatchObject({ from: Date.parse(hour(9)), to: Date.parse(hour(9)) });
  });
});

it('orders builds as build numbers are', () => {
  const builds = fc.tuple(fc.constantFrom('20261123', '20261124', '20270101'), fc.constantFrom('-', '.'), fc.nat(40));
  fc.assert(
    fc.property(builds, builds, (a, b) => {
      const [x, y] = [a, b].map(([day, separator, revision]) => `${day}${separator}${revision + 1}`) as [
        string,
        string,
      ];
      expect(isNewerBuild(x, y)).toBe(BuildNumber.parse(x)!.isNewerThan(BuildNumber.parse(y)!));
    }),
  );
});

it('places later moments above earlier ones, and none outside', () => {
  const moments = fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(moments, fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 0, max: 1e12 }), (stops, a, b) => {
      const scale = new TimeScale(stops, { least: 10, most: 80 });
      const [later, earlier] = [Math.max(a, b), Math.min(a, b)];
      expect(scale.at(later)).toBeLessThanOrEqual(scale.at(earlier) + 1e-6);
      expect(scale.at(later)).toBeGreaterThanOrEqual(0);
      expect(scale.at(earlier)).toBeLessThanOrEqual(scale.length + 1e-6);
      expect(scale.length).toBeLessThanOrEqual(80 * (stops.length - 1));
    }),
  );
});
