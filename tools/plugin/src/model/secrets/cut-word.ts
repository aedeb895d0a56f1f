/** Characters of the longest token that an issuer gives out. */
const longestToken = 16_384;

/**
 * Returns a text that a limit cut without the word that was cut: half a token is not known as one. Of a word that is longer
 * than any token, such as a line of JSON without blanks, only the end is left out.
 */
export function withoutCutWord(text: string): string {
  const end = text.slice(-longestToken);
  const word = /\S*$/.exec(end)![0];
  return `${text.slice(0, text.length - word.length)}…`;
}
