import { failedSuites, failedTests } from './failed-tests.ts';

it('names suites and tests of jest once, though jest prints them again at its end', () => {
  const output = `\
PASS e2e tools/e2e/src/a.e2e.ts (14.295 s)
FAIL e2e tools/e2e/src/b.e2e.ts (92.989 s)
  ● with Gitea as origin › at the simulator

    expect(received).toBe(expected)
Summary of all failing tests
FAIL e2e tools/e2e/src/b.e2e.ts (92.989 s)
  ● with Gitea as origin › at the simulator
`;
  expect(failedTests(output)).toEqual([
    'FAIL e2e tools/e2e/src/b.e2e.ts',
    '  ● with Gitea as origin › at the simulator',
  ]);
});

it('names tests that are in no describe', () => {
  const output = '  ● Console\n\n    console.log\n  ● loses nothing\n';
  expect(failedTests(output)).toEqual(['  ● loses nothing']);
});

it('names tests of go, and failed tasks of Nx', () => {
  const output = `\
    --- FAIL: TestDrain (0.02s)

 NX   Ran targets lint, test for 3 projects

    Failed tasks:

    - plugin:lint
`;
  expect(failedTests(output)).toEqual(['    --- FAIL: TestDrain (0.02s)', '    - plugin:lint']);
});

it('says nothing where all passed', () => {
  expect(failedTests('Tests: 3 passed, 3 total\n- not a task\n')).toEqual([]);
});

it('names the files of suites, with and without the name of a project', () => {
  const output = `\
FAIL e2e tools/e2e/src/b.e2e.ts (92.989 s)
PASS e2e tools/e2e/src/a.e2e.ts (14.295 s)
Summary of all failing tests
FAIL e2e tools/e2e/src/b.e2e.ts (92.989 s)
FAIL tools/plugin/src/c.e2e.ts
`;
  expect(failedSuites(output)).toEqual(['tools/e2e/src/b.e2e.ts', 'tools/plugin/src/c.e2e.ts']);
});
