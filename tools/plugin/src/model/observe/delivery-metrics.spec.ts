import fc from 'fast-check';
import { changeVerdicts, type ChangeVerdict } from './delivered-changes.ts';
import { deliveryMetrics, type MeasuredChange, type MeasuredService } from './delivery-metrics.ts';

const day = 86_400_000;
const until = 10 * day;

function service(changes: readonly Partial<MeasuredChange>[], from = 0, complete = true): MeasuredService {
  const usual = { commit: 'c', finishedAt: day, verdict: 'succeeded', known: [], committedAt: [] } as const;
  return {
    coverage: { from, complete },
    changes: changes.map((change, index) => ({ ...usual, sequence: index + 1, ...change })),
  };
}

describe('figures', () => {
  it('of nothing are unknown, not zero and not NaN', () => {
    const nothing = { deploymentsPerDay: undefined, changeFailureRate: undefined, complete: true };
    expect(deliveryMetrics([], until)).toMatchObject(nothing);
    expect(deliveryMetrics([service([])], until)).toEqual({
      complete: true,
      changes: { succeeded: 0, 'rolled-back': 0, failed: 0, cancelled: 0, abandoned: 0 },
      deploymentsPerDay: 0,
      leadTime: { median: undefined, p90: undefined, commits: 0, unknownChanges: 0 },
      changeFailureRate: undefined,
      timeToRestore: { median: undefined, restored: 0, open: 0 },
    });
  });

  it('count what was put in, by the time that is known', () => {
    const changes = changeVerdicts.map((verdict) => ({ verdict }));
    expect(deliveryMetrics([service(changes)], until).deploymentsPerDay).toBeCloseTo(0.2);
    expect(deliveryMetrics([service(changes, 9 * day, false)], until)).toMatchObject({
      deploymentsPerDay: 2,
      complete: false,
    });
    expect(deliveryMetrics([service(changes, Infinity, false)], until).deploymentsPerDay).toBeUndefined();
    expect(deliveryMetrics([service(changes), service(changes, 9 * day)], until).deploymentsPerDay).toBeCloseTo(2.2);
  });

  it('measure lead time for each commit that was put in', () => {
    const ago = (...seconds: number[]) => seconds.map((each) => day - each * 1000);
    const changes = [
      { committedAt: ago(10, 30) },
      { committedAt: ago(20), verdict: 'rolled-back' as const },
      { committedAt: ago(9999), verdict: 'failed' as const },
      { committedAt: undefined },
      { committedAt: undefined, verdict: 'cancelled' as const },
    ];
    expect(deliveryMetrics([service(changes)], until).leadTime).toEqual({
      median: 20,
      p90: 28,
      commits: 3,
      unknownChanges: 1,
    });
    const together = deliveryMetrics([service(changes), service([{ committedAt: ago(40) }])], until).leadTime;
    expect(together).toMatchObject({ median: 25, commits: 4 });
  });

  it('rate failures among the changes whose end is known', () => {
    const rate = (...verdicts: ChangeVerdict[]) =>
      deliveryMetrics([service(verdicts.map((verdict) => ({ verdict })))], until).changeFailureRate;
    expect(rate('succeeded', 'succeeded', 'failed', 'rolled-back', 'cancelled', 'abandoned')).toBe(0.5);
    expect(rate('succeeded')).toBe(0);
    expect(rate('failed')).toBe(1);
    expect(rate('cancelled', 'abandoned')).toBeUndefined();
  });

  it('measure how long failures lasted', () => {
    const changes = [
      { verdict: 'failed' as const, restoredAt: day + 10_000 },
      { verdict: 'rolled-back' as const, restoredAt: day + 20_000 },
      { verdict: 'failed' as const },
    ];
    expect(deliveryMetrics([service(changes)], until).timeToRestore).toEqual({ median: 15, restored: 2, open: 1 });
  });

  const moments = fc.integer({ min: -until, max: 3 * until });
  const changes = fc.record(
    {
      verdict: fc.constantFrom(...changeVerdicts),
      finishedAt: moments,
      restoredAt: moments,
      committedAt: fc.option(fc.array(moments, { maxLength: 4 }), { nil: undefined }),
    },
    { requiredKeys: ['verdict', 'finishedAt', 'committedAt'] },
  );
  const services = fc.array(
    fc.tuple(fc.array(changes, { maxLength: 6 }), fc.oneof(moments, fc.constant(Infinity)), fc.boolean()),
    { maxLength: 4 },
  );

  it('are never NaN, infinite or negative, whatever the clocks said', () => {
    const numbersIn = (value: unknown): number[] =>
      typeof value === 'number' ? [value] : Object.values(value ?? {}).flatMap(numbersIn);
    fc.assert(
      fc.property(services, (some) => {
        const found = deliveryMetrics(
          some.map((each) => service(...each)),
          until,
        );
        for (const number of numbersIn(found)) {
          expect(Number.isFinite(number)).toBe(true);
          expect(number).toBeGreaterThanOrEqual(0);
        }
        expect(found.changeFailureRate ?? 0).toBeLessThanOrEqual(1);
        expect(found.leadTime.p90 ?? 0).toBeGreaterThanOrEqual(found.leadTime.median ?? 0);
      }),
    );
  });

  it('do not depend on the order of services and changes', () => {
    fc.assert(
      fc.property(services, (some) => {
        const turned = [...some].reverse().map(([each, ...rest]) => service([...each].reverse(), ...rest));
        const { deploymentsPerDay, ...found } = deliveryMetrics(
          some.map((each) => service(...each)),
          until,
        );
        expect(deliveryMetrics(turned, until)).toMatchObject(found);
        expect(deliveryMetrics(turned, until).deploymentsPerDay ?? -1).toBeCloseTo(deploymentsPerDay ?? -1);
      }),
    );
  });
});
