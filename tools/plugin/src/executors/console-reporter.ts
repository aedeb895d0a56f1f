import type { Reporter } from '../release/ports/reporter.ts';

/**
 * Lines on the standard output, each after the name of its service: those of several services interleave.
 * @param verbose whether the output of tools is shown.
 */
export function consoleReporter(service: string, verbose: boolean): Reporter {
  const say = (line: string) => console.log(`${service}  ${line}`);
  return {
    step: say,
    detail: verbose ? say : () => {},
    warn: (line) => say(`warning: ${line}`),
  };
}
