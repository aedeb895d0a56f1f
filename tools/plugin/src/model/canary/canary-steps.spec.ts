import { parseCanarySteps } from './canary-steps.ts';

describe('the shares of a canary', () => {
  it.each([
    ['10%', [10]],
    ['10%,50%', [10, 50]],
    ['1, 99 ,100', [1, 99, 100]],
  ])('are read from %s', (text, steps) => expect(parseCanarySteps(text)).toEqual(steps));

  it.each(['', '0%', '101%', '-1%', '10.5%', '10%,', 'ten', '1e1'])('are none in "%s"', (text) =>
    expect(parseCanarySteps(text)).toMatch(/from 1% to 100%/),
  );

  it('grow, and are few', () => {
    expect(parseCanarySteps('50%,10%')).toMatch(/grow/);
    expect(parseCanarySteps('10%,10%')).toMatch(/grow/);
    expect(parseCanarySteps('1,2,3,4,5,6,7,8,9,10,11')).toMatch(/at most 10/);
  });
});
