/** Longer files are not read: workspaces of a thousand packages have some megabytes. */
const longestFile = 64 * 1024 * 1024;

/** Returns a sentence that says why a file is not read, whatever it is: binary, too long, or in the middle of a merge. */
export function whyNotRead(text: string): string | undefined {
  if (text.includes('\0')) return 'It is not text.';
  if (text.length > longestFile) return 'It is longer than 64 MiB.';
  const isConflict = /^<{7}( |\r?$)/m.test(text) && /^>{7}( |\r?$)/m.test(text);
  return isConflict ? 'It holds the marks of a merge conflict (`<<<<<<<`).' : undefined;
}

/** A file of dependencies that cannot be read; the message is a sentence that says why. */
export class Unreadable extends Error {
  readonly file: string;

  constructor(file: string, reason: string) {
    super(reason);
    this.file = file;
  }
}

/** Parses a file. @throws {Unreadable} that says why not, whatever the parser threw. */
export function parseFile<T>(file: string, format: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    const [line = ''] = (error instanceof Error ? error.message : '').split('\n');
    const detail = line.replace(/[.:]?\s*$/, '');
    throw new Unreadable(file, `It is not ${format}${detail === '' || format === 'JSON' ? '' : `: ${detail}`}.`);
  }
}

/** An address may hold a password. */
export function withoutUser(address: string): string {
  return address.replaceAll(/:\/\/[^/\s]*@/g, '://');
}

/** Returns a value of a foreign file as text, whatever it is: a number, what should have been a text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unknown');
}
