/** Values by name; a name with undefined has one that is not known here, and one that is missing has none. */
export type Variables = ReadonlyMap<string, string | undefined>;

/**
 * Returns a word of a Dockerfile with its variables and quotes resolved, as a builder does: `$name`, `${name}`,
 * `${name:-word}`, `${name:+word}`, the two without a colon, and words in words.
 * @returns undefined when it depends on what is not known here.
 */
export function expandedWord(word: string, variables: Variables, escape: string): string | undefined {
  const text = new Expansion(word, variables, escape).until('');
  return text === undefined || text.includes('\0') ? undefined : text;
}

/** Returns a word as a pattern of what it may be: what is not known, or not declared, stands for anything. */
export function patternOfWord(word: string, variables: Variables, escape: string): string {
  return (new Expansion(word, variables, escape, '\0').until('') ?? '*').replaceAll('\0', '*');
}

/** Reads a word from left to right. What is not known becomes a NUL. */
class Expansion {
  private readonly word: string;
  private readonly variables: Variables;
  private readonly escape: string;
  private readonly undeclared: string;
  private at = 0;

  /** @param undeclared what a variable is that is not among those that are given. */
  constructor(word: string, variables: Variables, escape: string, undeclared = '') {
    this.word = word;
    this.variables = variables;
    this.escape = escape;
    this.undeclared = undeclared;
  }

  /** Reads up to a character, or to the end where that is ''. @returns undefined when the character is missing. */
  until(end: string): string | undefined {
    let text = '';
    let quote = '';
    while (this.at < this.word.length) {
      const char = this.word[this.at++]!;
      if (char === end && quote === '') return text;
      if (quote === "'" ? char === "'" : char === '"' || (char === "'" && quote === ''))
        quote = quote === '' ? char : '';
      else if (quote === "'") text += char;
      else if (char === this.escape) text += this.word[this.at++] ?? '';
      else if (char === '$') {
        const value = this.variable();
        if (value === undefined) return undefined;
        text += value;
      } else text += char;
    }
    return end === '' ? text : undefined;
  }

  private variable(): string | undefined {
    if (this.word[this.at] !== '{') return this.valueOf(this.take(/\w*/y)).text;
    this.at++;
    const value = this.valueOf(this.take(/\w+/y));
    const operator = this.take(/:?[-+]|\}/y);
    if (operator === '}') return value.text;
    // `${name:?}`, `${name#pattern}` and others that nobody names an image with.
    if (operator === '') return undefined;
    const word = this.until('}');
    if (word === undefined || (value.isSet && value.text === '\0')) return word && value.text;
    const isSet = value.isSet && (value.text !== '' || !operator.startsWith(':'));
    return operator.endsWith('-') ? (isSet ? value.text : word) : isSet ? word : '';
  }

  private valueOf(name: string): { readonly text: string; readonly isSet: boolean } {
    if (!this.variables.has(name)) return { text: this.undeclared, isSet: false };
    return { text: this.variables.get(name) ?? '\0', isSet: true };
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ''] = pattern.exec(this.word) ?? [];
    this.at += found.length;
    return found;
  }
}
