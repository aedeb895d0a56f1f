/**
 * Returns another program's text as one sentence: on one line, with a stop at its end.
 * @param longest characters that are kept of it.
 */
export function sentence(text: string, longest = Infinity): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, longest);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Returns the first line of another program's text as a sentence: the rest is where it was seen. */
export function firstSentence(text: string): string {
  return sentence(text.split('\n', 1)[0]!);
}
