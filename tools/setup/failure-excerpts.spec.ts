import { failureExcerpts, taskWords } from './failure-excerpts.ts';

it('keeps the end of a long message, where the log says what went wrong, and no code', () => {
  const log = Array.from({ length: 200 }, (_, index) => `    [job] line ${index}`).join('\n');
  const [excerpt = '', ...others] = failureExcerpts(`\
FAIL e2e tools/e2e/src/b.e2e.ts (92.989 s)
  ● promote.yml › brings a service to prod

    promote.yml failed:
${log}
    [job] error: no space left

      40 |   const run = await repository.run(file, event);
    > 41 |   if (!run.isSuccess) throw new Error(run.log);
         |                             ^
      at well (src/b.e2e.ts:41:29)

PASS e2e tools/e2e/src/a.e2e.ts (14.295 s)
Summary of all failing tests
  ● promote.yml › brings a service to prod

    promote.yml failed:
`);
  expect(others).toEqual([]);
  expect(excerpt.split('\n')).toHaveLength(22);
  expect(excerpt).toMatch(/^ {2}● promote.yml › brings a service to prod\n {4}promote.yml failed:\n/);
  expect(excerpt).toMatch(/… 182 lines …\n/);
  expect(excerpt).toMatch(/error: no space left$/);
});

it('ends at the next test, and cuts lines that no screen holds', () => {
  const [first, second] = failureExcerpts(`\
  ● a › first
    expected ${'x'.repeat(1000)}
  ● a › second
    expected 2
Tests:       2 failed, 2 total
`);
  expect(first).toBe(`  ● a › first\n    expected ${'x'.repeat(227)}…`);
  expect(second).toBe('  ● a › second\n    expected 2');
});

it('knows tests in no describe, and no console', () => {
  const output =
    '  ● Console\n\n    console.log\n  ● loses nothing\n\n    lost 1 request\nTests:       1 failed, 1 total\n';
  expect(failureExcerpts(output)).toEqual(['  ● loses nothing\n    lost 1 request']);
});

it('tells what each failed task of Nx said last', () => {
  const output = `\
> nx run tools:lint

> eslint tools

/tools/a.ts: no such file

> nx run tools:typecheck

> tsc

 NX   Ran targets lint, typecheck for 1 project
`;
  expect(taskWords(output, ['tools:lint', 'tools:typecheck'])).toEqual([
    '- tools:lint\n    > eslint tools\n    /tools/a.ts: no such file',
    '- tools:typecheck\n    > tsc',
  ]);
});

it('says nothing where all passed', () => {
  expect(failureExcerpts('PASS e2e tools/e2e/src/a.e2e.ts\nTests:       3 passed, 3 total\n')).toEqual([]);
});
