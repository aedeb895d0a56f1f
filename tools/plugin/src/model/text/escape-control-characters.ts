/**
 * Makes what others wrote harmless on a terminal. No library: `strip-ansi` and `node:util` take colour codes away, but leave
 * other controls and those that turn text round.
 */

/** Characters by which a text would control the terminal that it is shown on, or turn itself round. Tabs are harmless. */
// eslint-disable-next-line no-control-regex
export const controlCharacters = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Returns foreign text (names, answers, log lines, commits) with its control characters made visible. */
export function escapeControlCharacters(line: string): string {
  return line.replaceAll(
    controlCharacters,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
