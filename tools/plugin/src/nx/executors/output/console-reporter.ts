import type { Reporter } from '../../../ports/reporter.ts';
import type { CiSyntax } from '../../../model/ci/output/syntax.ts';
import type { Screen } from './screen.ts';
import { LineScrubber, scrub } from '../../../model/secrets/line-scrubber.ts';
import { shortDigests } from '../../../model/text/short-digests.ts';

/** A reporter that may keep lines back until its end. */
export interface ConsoleReporter extends Reporter {
  /** Prints what is kept back, and waits for nothing any more. */
  end(): void;
}

/**
 * Returns a reporter that prints lines, each after the name of its service: those of several services interleave.
 * @param verbose whether the output of tools is shown, and digests in full. Where the log of a CI can fold it, it always
 * is: as one block, when the tool is done, because the lines of others would get into it.
 */
export function consoleReporter(service: string, verbose: boolean, syntax: CiSyntax, screen: Screen): ConsoleReporter {
  const { escapeCommands, fold, annotate } = syntax;
  const { mark, paint } = screen.terminal;
  const shown = (line: string) => (verbose ? scrub(line) : shortDigests(scrub(line)));
  // Of one tool after the other: a key goes over lines.
  const details = new LineScrubber();
  const say = (line: string) => screen.print(escapeCommands(`${service}  ${line}`));
  let title = service;
  let stage = '';
  let kept: string[] = [];
  const fall = () => {
    if (fold && kept.length > 0) screen.print(fold(title, kept, new Date()).join('\n'));
    kept = [];
  };
  return {
    stage: (number, of) => void (stage = of > 1 ? `[${number}/${of}] ` : ''),
    step: (line) => {
      fall();
      title = `${service}  ${shown(line)}`;
      say(faintNames(shown(line), (name) => paint('faint', name)));
      screen.wait(service, `${stage}${shown(line)}`);
    },
    detail: fold
      ? (line) => void kept.push(details.next(line))
      : verbose
        ? (line) => say(details.next(line))
        : () => {},
    warn: (line) => {
      fall();
      if (annotate) screen.print(annotate('warning', service, shown(line)));
      else say(mark('caution', `warning: ${shown(line)}`));
    },
    end: fall,
  };
}

/** Names of commits and digests are looked up, not read. */
function faintNames(line: string, faint: (name: string) => string): string {
  return line.replaceAll(/\bsha256:[0-9a-f]{12,64}\b|\b[0-9a-f]{12}\b/g, faint);
}
