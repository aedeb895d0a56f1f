import fc from 'fast-check';
import { duration, estimateProgress, progressLine } from './progress.ts';

describe('estimateProgress', () => {
  it('goes by what was measured elsewhere while nothing is done', () => {
    expect(estimateProgress(0, 2000, 3, 380)).toEqual({ done: 0, total: 2000, secondsLeft: 380 });
  });

  it('goes by its own pace later', () => {
    expect(estimateProgress(1000, 2000, 600, 380).secondsLeft).toBe(600);
  });

  it('knows nothing of work without a size', () => {
    expect(estimateProgress(3, 0, 1, 10)).toEqual({ done: 0, total: 0, secondsLeft: undefined });
  });

  it('never shows more than all, and nothing left when all is done', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 5000 }), fc.nat(3600), (done, total, elapsed) => {
        const progress = estimateProgress(done, total, elapsed, 380);
        expect(progress.done).toBeLessThanOrEqual(total);
        expect(progress.secondsLeft).toBeGreaterThanOrEqual(0);
        if (done >= total) expect(progress.secondsLeft).toBe(0);
      }),
    );
  });
});

describe('progressLine', () => {
  it('shows a bar, the share and what is left', () => {
    const line = progressLine('building', { done: 50, total: 200, secondsLeft: 200 });
    expect(line).toBe('building [######                  ]  25 % (50 of 200), about 3 min left');
  });

  it('says nothing of the rest when it is not known', () => {
    expect(progressLine('x', { done: 0, total: 0, secondsLeft: undefined })).toMatch(/0 % \(0 of 0\)$/);
  });
});

describe('duration', () => {
  it.each([
    [0, '1 s'],
    [45, '45 s'],
    [89, '89 s'],
    [90, '2 min'],
    [380, '6 min'],
  ])('writes %d s as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
