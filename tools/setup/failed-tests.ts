import { stripVTControlCharacters } from 'node:util';

/** A line with which jest begins what it says of a test that failed, in a `describe` or in none, and of a broken suite. */
export const jestFailure = /^\s*● (?!Console$|Validation )/;

/**
 * Returns the lines with which test runners name what failed, each once, in their order: jest's `FAIL orders file.spec.ts`
 * and `● suite › test`, go's `--- FAIL: TestName`, and Nx's list of failed tasks (`- plugin:lint`).
 */
export function failedTests(terminalOutput: string): string[] {
  const lines = stripVTControlCharacters(terminalOutput).split('\n');
  const named = lines.filter((line) => jestFailure.test(line) || /^(?:FAIL \S|\s*--- FAIL: )/.test(line));
  return [...new Set([...named, ...taskLines(lines)].map((line) => line.replace(/ \(\d[\d.]* m?s\)$/, '').trimEnd()))];
}

/** Returns the tasks that Nx says failed, as `plugin:test`. */
export function failedTasks(terminalOutput: string): string[] {
  return taskLines(stripVTControlCharacters(terminalOutput).split('\n')).map((line) => line.replace('-', '').trim());
}

function taskLines(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => /^\s*Failed tasks:/.test(line));
  return at < 0 ? [] : lines.slice(at + 1).filter((line) => /^\s*- [\w@/-]+:[\w-]+\s*$/.test(line));
}

/** Returns the files of suites that jest says failed, each once, in their order. */
export function failedSuites(terminalOutput: string): string[] {
  const output = stripVTControlCharacters(terminalOutput);
  return [...new Set([...output.matchAll(/^FAIL (?:\S+ )?(\S+\.(?:e2e|spec)\.ts)/gm)].map(([, file]) => file!))];
}
