/**
 * Returns how well a text that was typed fits a name, 0 for the best; undefined when it does not. All words must be found: at the
 * name's begin, at the begin of a part of it (`pay` in `eu-payments`), within it, or, in a single
 * word, as letters in their order (`pmt`).
 */
export function nameMatch(typed: string, name: string): number | undefined {
  const text = name.toLowerCase();
  let rank = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = wordMatch(word, text);
    if (found === undefined) return undefined;
    rank += found;
  }
  return rank;
}

function wordMatch(word: string, text: string): number | undefined {
  if (text === word) return 0;
  const at = text.indexOf(word);
  if (at === 0) return 1;
  if (at > 0) return startsPart(word, text) ? 2 : 3;
  // A sentence or a command has the letters of almost any word in some order.
  return !text.includes(' ') && hasLetters(word, text) ? 4 : undefined;
}

function startsPart(word: string, text: string): boolean {
  for (let at = text.indexOf(word); at > 0; at = text.indexOf(word, at + 1)) {
    if (!/[a-z0-9]/.test(text[at - 1]!)) return true;
  }
  return false;
}

function hasLetters(word: string, text: string): boolean {
  let at = -1;
  return [...word].every((letter) => (at = text.indexOf(letter, at + 1)) >= 0);
}
