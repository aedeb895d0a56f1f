import { LineScrubber, scrub } from '../../../model/secrets/line-scrubber.ts';
import { escapeControlCharacters } from '../../../model/text/escape-control-characters.ts';

/** Returns what prints the lines of a command that runs until it is stopped, and those of what it runs. */
export function lineOutput(service: string): {
  step(line: string): void;
  warn(line: string): void;
  line(line: string): void;
} {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const scrubber = new LineScrubber();
  return {
    step: (line) => print(`${service}  ${escapeControlCharacters(scrub(line))}`),
    warn: (line) => print(`${service}  warning: ${escapeControlCharacters(scrub(line))}`),
    // With its colours: they are for whoever develops it.
    line: (line) => print(scrubber.next(line)),
  };
}
