import fc from 'fast-check';
import { describeLostRequests, describeProbe, probeResultOf } from './probe-result.ts';

it('sums up', () => {
  const answers = Array.from({ length: 200 }, (_, index) => ({ took: index }));
  expect(probeResultOf(answers)).toEqual({ requests: 200, failed: 0, p99: 197 });
  const failed = probeResultOf([{ took: 5 }, { took: 7, failure: 'answer 503' }, { took: 9, failure: 'reset' }]);
  expect(failed).toEqual({ requests: 3, failed: 2, p99: 9, firstFailure: 'answer 503' });
  expect(describeProbe(failed)).toBe('2 of 3 failed (the first: answer 503), p99 9 ms');
  expect(describeProbe(probeResultOf([]))).toBe('0 of 0 failed, p99 0 ms');
});

it('has a p99 that all but one of a hundred stay within', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 500 }), (times) => {
      const { p99 } = probeResultOf(times.map((took) => ({ took })));
      expect(times.filter((took) => took > p99).length).toBeLessThanOrEqual(times.length / 100);
      expect(times).toContain(p99);
    }),
  );
});

it('says how many requests were lost, if any', () => {
  expect(describeLostRequests({ requests: 64, failed: 54, p99: 8 })).toBe('54 of 64 requests failed');
  expect(describeLostRequests({ requests: 64, failed: 0, p99: 8 })).toBeUndefined();
  expect(describeLostRequests(undefined)).toBeUndefined();
});
