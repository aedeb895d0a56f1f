import { stripVTControlCharacters } from 'node:util';

/**
 * Returns the lines with which test runners name what failed, each once, in their order: jest's `FAIL orders file.spec.ts`
 * and `● suite › test`, go's `--- FAIL: TestName`, and Nx's list of failed tasks (`- plugin:lint`).
 */
export function failedTests(terminalOutput: string): string[] {
  const lines = stripVTControlCharacters(terminalOutput).split('\n');
  const named = lines.filter((line) => /^(?:FAIL \S|\s*● .+ › |\s*● Test suite failed|\s*--- FAIL: )/.test(line));
  const at = lines.findIndex((line) => /^\s*Failed tasks:/.test(line));
  const tasks = at < 0 ? [] : lines.slice(at + 1).filter((line) => /^\s*- [\w@/-]+:[\w-]+\s*$/.test(line));
  return [...new Set([...named, ...tasks].map((line) => line.replace(/ \(\d[\d.]* m?s\)$/, '').trimEnd()))];
}

/** Returns the files of suites that jest says failed, each once, in their order. */
export function failedSuites(terminalOutput: string): string[] {
  const output = stripVTControlCharacters(terminalOutput);
  return [...new Set([...output.matchAll(/^FAIL (?:\S+ )?(\S+\.(?:e2e|spec)\.ts)/gm)].map(([, file]) => file!))];
}
