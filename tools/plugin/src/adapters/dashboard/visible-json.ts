/** Characters that control or turn text round: a name or a commit would show something else than is there. */
const hidden = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Returns a value as JSON, in whose texts characters that turn others round are shown by their numbers: `\u202e`. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    hidden,
    (character) => `\\\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
