import fc from 'fast-check';
import { changeVerdicts } from '../observe/delivered-changes.ts';
import { deliveryBins, formatSeconds } from './delivery.ts';

it('puts each change of the time into one part', () => {
  const since = '2026-10-25T00:00:00.000Z';
  const until = '2026-11-24T00:00:00.000Z';
  const change = fc.record({
    finishedAt: fc.integer({ min: Date.parse(since), max: Date.parse(until) }).map((at) => new Date(at).toISOString()),
    verdict: fc.constantFrom(...changeVerdicts),
  });
  fc.assert(
    fc.property(fc.array(change), fc.integer({ min: 1, max: 60 }), (changes, count) => {
      const bins = deliveryBins(changes, { since, until }, count);
      const sum = (key: 'deployed' | 'failed' | 'undecided') => bins.reduce((total, bin) => total + bin[key], 0);
      const having = (...verdicts: string[]) => changes.filter(({ verdict }) => verdicts.includes(verdict)).length;
      expect(bins).toHaveLength(count);
      expect([sum('deployed'), sum('failed'), sum('undecided')]).toEqual([
        having('succeeded'),
        having('failed', 'rolled-back'),
        having('cancelled', 'abandoned'),
      ]);
      for (const bin of bins) expect(bin.from <= bin.to).toBe(true);
    }),
  );
});

it('says a length of time in its largest unit', () => {
  const said = [undefined, 0, 59, 90, 3600, 9000, 86_400 * 12.4].map(formatSeconds);
  expect(said).toEqual(['-', '0 s', '59 s', '1.5 min', '1 h', '2.5 h', '12 d']);
});
