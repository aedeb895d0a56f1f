import { stripVTControlCharacters } from 'node:util';

/** How many tests ran. */
export interface TestCount {
  passed: number;
  failed: number;
}

/** Adds up what test runners say at their end: jest's `Tests: 1 failed, 303 passed, 304 total`, and go's `--- PASS:`. */
export function countTests(terminalOutput: string): TestCount {
  const output = stripVTControlCharacters(terminalOutput);
  const count: TestCount = { passed: 0, failed: 0 };
  for (const [line] of output.matchAll(/^Tests: .*total$/gm)) {
    count.passed += Number(/(\d+) passed/.exec(line)?.[1] ?? 0);
    count.failed += Number(/(\d+) failed/.exec(line)?.[1] ?? 0);
  }
  count.passed += output.match(/^\s*--- PASS: /gm)?.length ?? 0;
  count.failed += output.match(/^\s*--- FAIL: /gm)?.length ?? 0;
  return count;
}
