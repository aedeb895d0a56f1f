import fc from 'fast-check';
import { cacheKey } from './cache-key.ts';

describe('cacheKey', () => {
  it('begins with the version', () => {
    expect(cacheKey('v1.34.2', { a: '1' })).toMatch(/^v1\.34\.2-[0-9a-f]{12}$/);
  });

  it('does not depend on the order of the inputs', () => {
    expect(cacheKey('v1', { a: '1', b: '2' })).toBe(cacheKey('v1', { b: '2', a: '1' }));
  });

  it('differs when an input does, also where texts run into names', () => {
    expect(cacheKey('v1', { a: 'b1' })).not.toBe(cacheKey('v1', { ab: '1' }));
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(cacheKey('v1', { a: one }) === cacheKey('v1', { a: other })).toBe(one === other);
      }),
    );
  });
});
