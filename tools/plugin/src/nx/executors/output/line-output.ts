import { escapeControlCharacters } from '../../../model/text/escape-control-characters.ts';

/** Returns what prints the lines of a command that runs until it is stopped, and those of what it runs. */
export function lineOutput(service: string): {
  step(line: string): void;
  warn(line: string): void;
  line(line: string): void;
} {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  return {
    step: (line) => print(`${service}  ${escapeControlCharacters(line)}`),
    warn: (line) => print(`${service}  warning: ${escapeControlCharacters(line)}`),
    // As it is written: colours of a log are for whoever develops it.
    line: print,
  };
}
