import { failedTests } from './failed-tests.ts';
import type { RecordedTimes } from './recorded-times.ts';
import { runStep } from './run-step.ts';
import { countTests, type TestCount } from './test-count.ts';
import type { TimedStep } from './test-times.ts';

/** How a check runs beside others. */
interface CheckOptions {
  /** Its output is printed when it has ended, so that it does not mix with another one's. */
  readonly printAtEnd?: boolean;
  /** It leaves the processors to whatever else wants them. */
  readonly yields?: boolean;
}

/** The checks of one `npm test`: their tests and their times. */
export class Checks {
  private readonly root: string;
  private readonly recorded: RecordedTimes;
  private readonly counts: TestCount[] = [];
  private readonly timed: TimedStep[] = [];
  private readonly failed: string[] = [];
  private begun = 0;

  /** @param recorded where their runners write how long each suite took. */
  constructor(root: string, recorded: RecordedTimes) {
    this.root = root;
    this.recorded = recorded;
  }

  /** Runs a check, counts its tests and takes its time. @returns whether it succeeded. */
  async run(
    title: string,
    argv: readonly string[],
    { printAtEnd = false, yields = false }: CheckOptions = {},
  ): Promise<boolean> {
    const step = `${++this.begun}`;
    const start = performance.now();
    if (!printAtEnd) console.log(`\n── ${title}`);
    const { code, output } = await runStep(argv, {
      cwd: this.root,
      echo: !printAtEnd,
      niceness: yields ? 10 : 0,
      env: this.recorded.environment(step),
    });
    if (printAtEnd) console.log(`\n── ${title}\n${output}`);
    const seconds = (performance.now() - start) / 1000;
    this.timed.push({ title, seconds, parts: this.recorded.partsOf(step) });
    const count = countTests(output);
    // A check that counts nothing of its own is one test; a runner that broke before it counted is one that failed.
    if (code !== 0 && count.failed === 0) count.failed = 1;
    if (count.passed + count.failed === 0) count.passed = 1;
    this.counts.push(count);
    if (code !== 0) this.failed.push(`${title} (exit code ${code})`, ...failedTests(output));
    return code === 0;
  }

  /** Counts one test as failed: one that could not run. @param title what it would have tested. */
  fail(title: string): void {
    this.failed.push(title);
    this.counts.push({ passed: 0, failed: 1 });
  }

  /** How long each took, in the order in which they ended. */
  get steps(): readonly TimedStep[] {
    return this.timed;
  }

  /** The failures, to be printed last: each check with its exit code, and below it the cases that its runner names. */
  get failures(): readonly string[] {
    return this.failed;
  }

  /** How many tests of all of them passed and failed. */
  get count(): TestCount {
    const sum = (key: keyof TestCount) => this.counts.reduce((total, count) => total + count[key], 0);
    return { passed: sum('passed'), failed: sum('failed') };
  }
}
