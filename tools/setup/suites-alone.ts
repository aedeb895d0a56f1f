import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failedSuites, failedTasks } from './failed-tests.ts';

/** Returns the arguments by which jest runs failed end-to-end suites by themselves; undefined when none was named. */
export function endToEndAlone(output: string): readonly string[] | undefined {
  const suites = failedSuites(output);
  return suites.length === 0 ? undefined : ['-c', 'jest.e2e.config.cjs', '--runInBand', '--runTestsByPath', ...suites];
}

/**
 * Returns the arguments by which jest runs failed suites of `nx run-many` by themselves. @returns undefined when anything
 * failed that they would not decide: lint, types, tests of another runner, or suites that name no file.
 */
export function unitTestsAlone(output: string, root: string): readonly string[] | undefined {
  // A project's runner names its files below the project's folder as well, once more.
  const suites = failedSuites(output).filter((file) => existsSync(join(root, file)));
  const configs = [...new Set(suites.map((file) => configOf(file, root)))];
  const tasks = failedTasks(output);
  if (suites.length === 0 || tasks.length !== configs.length) return undefined;
  if (!tasks.every((task) => task.endsWith(':test'))) return undefined;
  return ['--runInBand', '--projects', ...configs, '--runTestsByPath', ...suites];
}

/** Returns the folder of jest's configuration for a file: the nearest one above it. */
function configOf(file: string, root: string): string {
  const folder = dirname(file);
  if (folder === '.' || existsSync(join(root, folder, 'jest.config.cjs'))) return folder;
  return configOf(folder, root);
}
