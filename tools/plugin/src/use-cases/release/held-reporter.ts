import type { Reporter } from '../../ports/reporter.ts';

/** Lines that wait while something else is still to be reported. */
export interface HeldReporter {
  readonly reporter: Reporter;
  /** Reports them. */
  tell(): void;
}

/** Keeps lines for a reporter until they are to be told. */
export function holdReporter(reporter: Reporter): HeldReporter {
  const lines: (() => void)[] = [];
  return {
    reporter: {
      ...reporter,
      step: (line) => void lines.push(() => reporter.step(line)),
      detail: (line) => void lines.push(() => reporter.detail(line)),
      warn: (line) => void lines.push(() => reporter.warn(line)),
    },
    tell: () => {
      for (const line of lines) line();
    },
  };
}
