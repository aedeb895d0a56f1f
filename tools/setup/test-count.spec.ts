import { countTests } from './test-count.ts';

it('adds up jest and go, coloured or not, and passes over other lines', () => {
  const output =
    '\u001b[1mTests:\u001b[22m       1 failed, 2 skipped, 30 passed, 33 total\nok  inventory\n--- PASS: TestA (0.0s)\n    --- PASS: TestA/b\n--- FAIL: TestC\nTests:       5 passed, 5 total\n';
  expect(countTests(output)).toEqual({ passed: 37, failed: 2 });
  expect(countTests('nothing')).toEqual({ passed: 0, failed: 0 });
});
