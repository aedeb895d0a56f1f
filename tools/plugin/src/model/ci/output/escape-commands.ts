/**
 * Invisible characters that the comparisons of .NET, in which the agents of Azure and GitHub are written, ignore as well: control and format characters, accents. Ends where something visible begins.
 */
const unseen = String.raw`[\p{C}\p{M}]*`;

/**
 * The second of two hashes before `[` or `vso[`, anywhere in a line. What stands before it is looked at only where it is:
 * to look back from each place of a long line takes minutes.
 */
const hashCommand = new RegExp(`#(?<=#${unseen}#)(?=${unseen}(?:v${unseen}s${unseen}o${unseen})?\\[)`, 'giu');

/** The first of two colons at the beginning of a line; to .NET a carriage return ends one, too. */
const colonCommand = new RegExp(`:(?<=(?:^|[\\r\\n])[\\s\\p{C}\\p{M}]*:)(?=${unseen}:)`, 'gu');

/** Breaks what the agents of Azure and of GitHub (which still takes Azure's) read as a command: `##vso[…]`, `##[…]`. */
export function breakHashCommands(line: string): string {
  return line.replaceAll(hashCommand, escapeCharacter);
}

/** Breaks what GitHub reads as a command: `::name::`. */
export function breakColonCommand(line: string): string {
  return line.replaceAll(colonCommand, escapeCharacter);
}

/** As `printable` shows what it does not let through; in JSON it stands for the same character. */
export function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
