import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestTimes, TimedPart } from './test-times.ts';

/** The times of the last `npm test`, kept in a folder: what jest's reporter and Nx write while it runs, and the result. */
export class RecordedTimes {
  private readonly root: string;
  private readonly folder: string;

  /** @param root of the repository. */
  constructor(root: string) {
    this.root = root;
    this.folder = join(root, 'node_modules', '.cache', 'poc', 'test-times');
  }

  /** Forgets the last run. */
  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the variables with which a step's runners record their times. @param step a name for a folder. */
  environment(step: string): Readonly<Record<string, string>> {
    const folder = join(this.folder, step);
    mkdirSync(folder, { recursive: true });
    // Nx takes the file relative to the workspace.
    return { POC_TEST_TIMES: folder, NX_PROFILE: relative(this.root, join(folder, 'tasks.json')) };
  }

  /** Returns what a step's runners have recorded. */
  partsOf(step: string): TimedPart[] {
    const folder = join(this.folder, step);
    return [...this.suitesIn(folder), ...tasksIn(join(folder, 'tasks.json'))];
  }

  /** Keeps the times of a run. */
  save(times: TestTimes): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.file, JSON.stringify(times, undefined, 2));
  }

  /** Returns the times of the last run, if there was one. */
  load(): TestTimes | undefined {
    return existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as TestTimes) : undefined;
  }

  private get file(): string {
    return join(this.folder, 'times.json');
  }

  private suitesIn(folder: string): TimedPart[] {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.suites.json'))
      .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Suite[])
      .map(({ file, seconds, tests }) => ({ name: relative(this.root, file), seconds, tests }))
      .filter(({ name }) => !name.startsWith('..')); // Of a workspace that a test has made.
  }
}

/** A suite in the output of `suite-times-reporter.cjs`. */
interface Suite {
  readonly file: string;
  readonly seconds: number;
  readonly tests: number;
}

/** Returns the tasks of the profile that Nx writes, without the groups that it names in it too. */
function tasksIn(profile: string): TimedPart[] {
  if (!existsSync(profile)) return [];
  const events = JSON.parse(readFileSync(profile, 'utf8')) as { ph: string; name: string; dur: number }[];
  return events.filter(({ ph }) => ph === 'X').map(({ name, dur }) => ({ name, seconds: dur / 1_000_000 }));
}
