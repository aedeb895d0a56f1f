const told = new Set<string>();

/** Says something about a cluster that belongs to no step of a command, on the error output: once in a process. */
export function tellOnce(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  process.stderr.write(`warning: ${text}\n`);
}
