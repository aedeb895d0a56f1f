/** An instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** The rest, on one line. */
  readonly text: string;
  /** The line at which it begins, counted from 1. */
  readonly line: number;
}

/** Returns the parser directives at the top of a Dockerfile (`syntax`, `escape`), by lower-case name. */
export function directivesOf(dockerfile: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of linesOf(dockerfile)) {
    const [, name, value = ''] = /^\s*#\s*([A-Za-z][\w-]*)\s*=\s*(\S.*?)\s*$/.exec(line) ?? [];
    // What comes after anything else is a comment.
    if (name === undefined || found.has(name.toLowerCase())) break;
    found.set(name.toLowerCase(), value);
  }
  return found;
}

/** The character that escapes, and with which lines go on. */
export function escapeOf(dockerfile: string): '`' | '\\' {
  return directivesOf(dockerfile).get('escape') === '`' ? '`' : '\\';
}

/** Returns a Dockerfile's instructions. Joins lines that go on, and leaves out comments and what heredocs hold. */
export function instructionsIn(dockerfile: string): Instruction[] {
  const escape = escapeOf(dockerfile) === '`' ? '`' : '\\\\';
  const goesOn = new RegExp(`(^|[^${escape}])${escape}[ \\t]*$`);
  const lines = linesOf(dockerfile);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = '';
    for (let isWhole = false; !isWhole && at < lines.length; at++) {
      const each = lines[at]!;
      if (/^\s*(#|$)/.test(each)) {
        if (whole === '') break;
        continue;
      }
      isWhole = !goesOn.test(each);
      whole += each.replace(goesOn, '$1');
    }
    if (whole === '') continue;
    const [, name = '', text = ''] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(whole) ?? [];
    found.push({ name: name.toUpperCase(), text, line });
    for (const { end, isIndented } of heredocsOf(name, text)) {
      const isEnd = (each: string) => (isIndented ? each.replace(/^\t+/, '') : each) === end;
      while (at < lines.length && !isEnd(lines[at++]!));
    }
    at--;
  }
  return found;
}

function linesOf(dockerfile: string): string[] {
  return dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/);
}

/** The heredocs that an instruction begins: words by themselves (`<<EOF`), and no part of a quoted text. */
function heredocsOf(name: string, text: string): { readonly end: string; readonly isIndented: boolean }[] {
  if (!/^(RUN|COPY|ADD|ONBUILD)$/i.test(name)) return [];
  return wordsIn(text).flatMap((word) => {
    const [, dash, , end] = /^\d*<<(-?)(["']?)([^<"']+)\2$/.exec(word) ?? [];
    return end === undefined ? [] : [{ end, isIndented: dash === '-' }];
  });
}

/** Returns the words of an instruction as they are written; what is quoted is no end of a word. */
export function wordsIn(text: string): string[] {
  return text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\]|\\$|["'])+/g) ?? [];
}
