/** Takes a line of progress. */
export type Say = (line: string) => void;

/** Says lines on the standard error output, with the time. */
export function progressOf(part: string): Say {
  return (line) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${part}: ${line}\n`);
}
