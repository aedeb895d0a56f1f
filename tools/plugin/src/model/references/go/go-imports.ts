/** A package that a Go file imports. */
export interface GoImport {
  readonly package: string;
  readonly line: number;
}

/** Blanks, comments, strings, words and single characters, as far as the head of a Go file has them. */
const token = /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`|[\p{L}_][\p{L}\p{N}_]*|[^]/uy;

/** Reads the imports at the head of a Go file (https://go.dev/ref/spec#Import_declarations), whatever its build tags say. */
export function parseGoImports(text: string): GoImport[] {
  const imports: GoImport[] = [];
  let line = 1;
  let state: 'package' | 'name' | 'declaration' | 'import' | 'group' = 'package';
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [word, interpreted, raw] = match;
    const string = interpreted ?? raw;
    const isSpace = /^(\s|\/\/|\/\*)/.test(word) || word === '\uFEFF';
    if (!isSpace) {
      if (state === 'package') {
        if (word !== 'package') return [];
        state = 'name';
      } else if (state === 'name') state = 'declaration';
      else if (state === 'declaration') {
        if (word === ';') continue;
        if (word !== 'import') return imports;
        state = 'import';
      } else if (string !== undefined) {
        imports.push({ package: string, line });
        if (state === 'import') state = 'declaration';
      } else if (word === '(') state = 'group';
      else if (word === ')') state = 'declaration';
    }
    line += word.split('\n').length - 1;
  }
  return imports;
}
