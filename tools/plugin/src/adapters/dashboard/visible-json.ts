import { controlCharacters } from '../../model/text/escape-control-characters.ts';

/**
 * Returns a value as JSON, in whose texts characters that turn others round are shown by their numbers: `\u202e`. What JSON
 * escapes by itself, such as ends of lines, stays what it is.
 */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    controlCharacters,
    (character) => `\\\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
