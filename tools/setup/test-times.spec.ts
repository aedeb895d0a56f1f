import { formatTestTimes } from './test-times.ts';

it('lists steps in their order, parts longest first, and adds up the short ones', () => {
  const times = {
    totalSeconds: 187.4,
    steps: [
      {
        title: 'unit tests',
        seconds: 62,
        parts: [
          { name: 'a.spec.ts', seconds: 1.25, tests: 3 },
          { name: 'plugin:lint', seconds: 48.04 },
        ],
      },
      { title: 'end to end', seconds: 125.4, parts: [{ name: 'b.e2e.ts', seconds: 119.6, tests: 2 }] },
      { title: 'what is left', seconds: 0.5, parts: [{ name: 'c.spec.ts', seconds: 0.25, tests: 1 }] },
    ],
  };
  expect(formatTestTimes(times, { minimumSeconds: 5 })).toBe(`\
| step         |         time |
| ------------ | -----------: |
| unit tests   |     1:02 min |
| end to end   |     2:05 min |
| what is left |        0.5 s |
| **all**      | **3:07 min** |

| suite or task            |     time | tests |
| ------------------------ | -------: | ----: |
| \`b.e2e.ts\`               | 2:00 min |     2 |
| \`plugin:lint\`            |   48.0 s |       |
| 2 others, each under 5 s |    1.5 s |       |`);
});
