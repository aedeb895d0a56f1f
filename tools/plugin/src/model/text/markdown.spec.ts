import { plainMarkdown } from './markdown.ts';

it('plainMarkdown shows what was written, and mentions nobody', () => {
  expect(plainMarkdown('feat(*): [x](y) <b> for @ada, `rm` (#12)')).toBe(
    'feat(\\*): \\[x\\](y) &lt;b&gt; for @&#8203;ada, \\`rm\\` (#&#8203;12)',
  );
});
