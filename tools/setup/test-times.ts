/** How long a part of a step took: a suite, or a task of Nx. */
export interface TimedPart {
  /** The suite's file relative to the repository, or the task: `plugin:lint`. */
  readonly name: string;
  readonly seconds: number;
  /** Number of tests; absent for tasks. */
  readonly tests?: number;
}

/** How long a step of `npm test` took, and its parts. */
export interface TimedStep {
  readonly title: string;
  readonly seconds: number;
  readonly parts: readonly TimedPart[];
}

/** How long a run of `npm test` took. Steps may have run side by side, so the total is less than their sum. */
export interface TestTimes {
  readonly totalSeconds: number;
  readonly steps: readonly TimedStep[];
}

/** The rows that {@link formatTestTimes} omits. */
interface TableLimits {
  /** Parts that took less are added up in one row. */
  readonly minimumSeconds: number;
}

/** Returns the times as two Markdown tables: the steps in their order, then their parts, longest first. */
export function formatTestTimes({ totalSeconds, steps }: TestTimes, { minimumSeconds }: TableLimits): string {
  const stepRows = steps.map(({ title, seconds }) => [title, formatSeconds(seconds)]);
  const parts = steps
    .flatMap((step) => step.parts)
    .toSorted((one, other) => other.seconds - one.seconds || one.name.localeCompare(other.name));
  const long = parts.filter(({ seconds }) => seconds >= minimumSeconds);
  const short = parts.slice(long.length);
  const partRows = long.map(({ name, seconds, tests }) => [`\`${name}\``, formatSeconds(seconds), `${tests ?? ''}`]);
  if (short.length > 0) {
    const sum = short.reduce((total, { seconds }) => total + seconds, 0);
    partRows.push([`${short.length} others, each under ${minimumSeconds} s`, formatSeconds(sum), '']);
  }
  return [
    table(['step', 'time'], [...stepRows, ['**all**', `**${formatSeconds(totalSeconds)}**`]]),
    table(['suite or task', 'time', 'tests'], partRows),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const alignment = head.map((_, column) => (column === 0 ? '---' : '--:'));
  const all = [head, alignment, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (row === alignment) return column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(' | ')} |`;
  return all.map(line).join('\n');
}

/** Returns `4.2 s`, or `3:07 min` from a minute on. */
function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, '0')} min`;
}
