import fc from 'fast-check';
import { closestName, didYouMean } from './did-you-mean.ts';

const known = ['dev', 'preprod', 'prod', 'namespace'];

describe('did you mean', () => {
  it.each([
    ['preprd', 'preprod'],
    ['perprod', 'preprod'],
    ['namspace', 'namespace'],
    ['nameSpace', 'namespace'],
    ['pord', 'prod'],
    ['zzz', undefined],
    ['staging', undefined],
  ])('%s: %s', (misspelt, expected) => expect(closestName(misspelt, known)).toBe(expected));

  it('is a question, or nothing', () => {
    expect(didYouMean('preprd', known)).toBe('Did you mean "preprod"?');
    expect(didYouMean('staging', known)).toBe('');
    expect(didYouMean('staging', [])).toBe('');
  });

  it('finds a name that is known', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, selector: (s) => s.toLowerCase() }),
        (names) => {
          expect(closestName(names[0]!, names)).toBe(names[0]);
        },
      ),
    );
  });
});
