import type { Reporter } from '../../../ports/reporter.ts';
import type { CiSyntax } from '../../../model/ci/output/syntax.ts';

/** A reporter that may keep lines back until its end. */
export interface ConsoleReporter extends Reporter {
  /** Says what is kept back. */
  end(): void;
}

/**
 * Lines on the standard output, each after the name of its service: those of several services interleave.
 * @param verbose whether the output of tools is shown. Where the log of a CI can fold it, it always is: as one block,
 * when the tool is done, because the lines of others would get into it.
 */
export function consoleReporter(service: string, verbose: boolean, syntax: CiSyntax): ConsoleReporter {
  const { escapeCommands: inert, fold, annotate } = syntax;
  const say = (line: string) => console.log(inert(`${service}  ${line}`));
  let title = service;
  let kept: string[] = [];
  const end = () => {
    if (fold && kept.length > 0) console.log(fold(title, kept, new Date()).join('\n'));
    kept = [];
  };
  return {
    step: (line) => {
      end();
      title = `${service}  ${line}`;
      say(line);
    },
    detail: fold ? (line) => void kept.push(line) : verbose ? say : () => {},
    warn: (line) => {
      end();
      if (annotate) console.log(annotate('warning', service, line));
      else say(`warning: ${line}`);
    },
    end,
  };
}
