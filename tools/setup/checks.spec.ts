import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks } from './checks.ts';
import { RecordedTimes } from './recorded-times.ts';

const root = mkdtempSync(join(tmpdir(), 'checks '));
afterAll(() => rmSync(root, { recursive: true }));
const node = (script: string) => [process.execPath, '-e', script];

it('adds up the tests of all checks, and keeps what each suite took', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation();
  const recorded = new RecordedTimes(root);
  const checks = new Checks(root, recorded);
  const suites = JSON.stringify([
    { file: join(root, 'a.spec.ts'), seconds: 1.5, tests: 2 },
    { file: join(root, '..', 'of a test', 'b.spec.ts'), seconds: 9, tests: 9 },
  ]);
  const tasks = JSON.stringify([
    { ph: 'M', name: 'thread_name' },
    { ph: 'X', name: 'plugin:lint', dur: 2_500_000 },
  ]);
  const script = `
    const { writeFileSync } = require('node:fs');
    writeFileSync(process.env.POC_TEST_TIMES + '/1.suites.json', ${JSON.stringify(suites)});
    writeFileSync(process.env.NX_PROFILE, ${JSON.stringify(tasks)});
    console.log('Tests:       2 passed, 2 total');`;
  const quiet = { printAtEnd: true, yields: true };
  expect(await checks.run('tests', node(script), quiet)).toBe(true);
  expect(await checks.run('counts nothing', node(''), quiet)).toBe(true);
  const breaks = node("console.log('\\nRefused.');process.exit(3)");
  expect(await checks.run('breaks before it counts', breaks, quiet)).toBe(false);
  log.mockRestore();
  expect(checks.count).toEqual({ passed: 3, failed: 1 });
  expect(checks.failures).toEqual(['breaks before it counts (exit code 3)', '    Refused.']);
  expect(checks.steps.map(({ title, parts }) => [title, parts])).toEqual([
    [
      'tests',
      [
        { name: 'a.spec.ts', seconds: 1.5, tests: 2 },
        { name: 'plugin:lint', seconds: 2.5 },
      ],
    ],
    ['counts nothing', []],
    ['breaks before it counts', []],
  ]);
  recorded.save({ totalSeconds: 4, steps: checks.steps });
  expect(recorded.load()).toMatchObject({ totalSeconds: 4 });
  recorded.clear();
  expect(recorded.load()).toBeUndefined();
});

describe('suites that failed', () => {
  const failing = (message: string) =>
    `console.log(${JSON.stringify(`FAIL e2e a.e2e.ts (3 s)\n  ● a › one\n\n    ${message}\n\nTests:       1 failed, 4 passed, 5 total`)}); process.exit(1)`;
  const run = async (second: string) => {
    const log = jest.spyOn(console, 'log').mockImplementation();
    const checks = new Checks(root, new RecordedTimes(root));
    const alone = (output: string) => (output.includes('FAIL e2e a.e2e.ts') ? node(second) : undefined);
    const succeeded = await checks.run('product', node(failing('lost 1 request')), { printAtEnd: true, alone });
    log.mockRestore();
    return { checks, succeeded };
  };

  it('run again alone, and are told as unsteady when they pass', async () => {
    const { checks, succeeded } = await run("console.log('Tests:       2 passed, 2 total')");
    expect(succeeded).toBe(true);
    expect(checks.count).toEqual({ passed: 5, failed: 0 });
    expect(checks.failures).toEqual([]);
    expect(checks.unsteadyTests).toEqual(['  ● a › one\n    lost 1 request']);
  });

  it('fail the check when they fail again, with what was said then', async () => {
    const { checks, succeeded } = await run(failing('lost 2 requests'));
    expect(succeeded).toBe(false);
    expect(checks.count).toEqual({ passed: 4, failed: 1 });
    expect(checks.failures).toEqual(['product (exit code 1)', 'FAIL e2e a.e2e.ts', '  ● a › one\n    lost 2 requests']);
    expect(checks.unsteadyTests).toEqual([]);
  });
});
