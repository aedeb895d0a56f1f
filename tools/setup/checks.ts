import { failedTasks, failedTests, jestFailure } from './failed-tests.ts';
import { failureExcerpts, lastWords, taskWords } from './failure-excerpts.ts';
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
  /**
   * Returns the command that runs by themselves the suites that failed by its output, undefined when something else failed.
   * They run once more, alone; what passes then is told as unsteady, with what it said the first time, and fails nothing.
   */
  readonly alone?: (output: string) => readonly string[] | undefined;
}

type RunResult = Awaited<ReturnType<typeof runStep>>;

/** The checks of one `npm test`: their tests and their times. */
export class Checks {
  private readonly root: string;
  private readonly recorded: RecordedTimes;
  private readonly counts: TestCount[] = [];
  private readonly timed: TimedStep[] = [];
  private readonly failed: string[] = [];
  private readonly unsteady: string[] = [];
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
    { printAtEnd = false, yields = false, alone }: CheckOptions = {},
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
    const again = code === 0 || alone === undefined ? undefined : await this.runAgain(title, output, alone);
    const seconds = (performance.now() - start) / 1000;
    this.timed.push({ title, seconds, parts: this.recorded.partsOf(step) });
    return this.judge(title, { code, output }, again);
  }

  /** Runs suites that failed by themselves. @returns undefined when that would prove nothing. */
  private async runAgain(
    title: string,
    output: string,
    alone: NonNullable<CheckOptions['alone']>,
  ): Promise<RunResult | undefined> {
    const argv = alone(output);
    if (!argv) return undefined;
    const result = await runStep(argv, { cwd: this.root, echo: false });
    console.log(`\n── ${title}, again: suites that failed\n${result.output}`);
    return result;
  }

  /** Counts a check's tests, and keeps what failed of them. @returns whether it succeeded. */
  private judge(title: string, first: RunResult, again: RunResult | undefined): boolean {
    const { code, output } = again ?? first;
    const count = countTests(first.output);
    if (again) {
      const { failed } = countTests(again.output);
      count.passed += count.failed - failed;
      count.failed = failed;
      this.unsteady.push(...withoutThose(failureExcerpts(first.output), failureExcerpts(again.output)));
    }
    // A check that counts nothing of its own is one test; a runner that broke before it counted is one that failed.
    if (code !== 0 && count.failed === 0) count.failed = 1;
    if (count.passed + count.failed === 0) count.passed = 1;
    this.counts.push(count);
    if (code === 0) return true;
    // What a task of tests says is in the excerpts.
    const tasks = failedTasks(output).filter((task) => !task.endsWith(':test'));
    const excerpts = [...failureExcerpts(output), ...taskWords(output, tasks)];
    const named = failedTests(output).filter(
      (line) => !jestFailure.test(line) && !tasks.includes(line.replace(/^\s*- /, '')),
    );
    const words = excerpts.length + named.length > 0 ? [] : lastWords(output);
    this.failed.push(`${title} (exit code ${code})`, ...named, ...excerpts, ...words);
    return false;
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

  /** What failed beside other suites and passed alone, with what it said when it failed: to be mended at its cause. */
  get unsteadyTests(): readonly string[] {
    return this.unsteady;
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

/** Returns the excerpts of tests that others are not about. */
function withoutThose(excerpts: readonly string[], others: readonly string[]): readonly string[] {
  const nameOf = (excerpt: string) => excerpt.split('\n', 1)[0];
  const names = new Set(others.map(nameOf));
  return excerpts.filter((each) => !names.has(nameOf(each)));
}
