import fc from 'fast-check';
import { describeDuration, parseDuration, typedDuration } from './duration.ts';

it.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1 d', undefined],
  ['-1d', undefined],
  ['', undefined],
])('%s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each([
  [0, '0 s'],
  [-5, '0 s'],
  [4200, '4 s'],
  [65_000, '1 min 5 s'],
  [120_000, '2 min'],
  [3_660_000, '1 h 1 min'],
  [90_061_000, '1 d 1 h'],
])('%d ms', (milliseconds, text) => expect(describeDuration(milliseconds)).toBe(text));

it('shows as many units as are asked for', () => expect(describeDuration(90_061_000, 1)).toBe('1 d'));

it('is read back as it is typed', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('s', 'm', 'h', 'd'), (count, unit) => {
      const time = parseDuration(`${count}${unit}`)!;
      expect(parseDuration(typedDuration(time))).toBe(time);
    }),
  ));
