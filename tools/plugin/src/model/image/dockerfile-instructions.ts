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

/** Returns the options of an instruction, as they are written, and the words after them. */
export function argumentsOf(text: string): { readonly flags: readonly string[]; readonly words: readonly string[] } {
  const all = wordsIn(text);
  const end = all.findIndex((word) => !word.startsWith('--'));
  const words = end < 0 ? [] : all.slice(end);
  return { flags: end < 0 ? all : all.slice(0, end), words: listIn(text, words) ?? words };
}

/** Returns the words of a list in JSON; undefined for a pattern that begins with a bracket. */
function listIn(text: string, [first = '']: readonly string[]): string[] | undefined {
  if (!first.startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(text.slice(text.indexOf(first)));
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the value of an option: `build` of `--from=build`. */
export function valueOfFlag(flags: readonly string[], name: string): string | undefined {
  const start = `--${name}=`;
  return flags.find((flag) => flag.startsWith(start))?.slice(start.length);
}

/** Returns the options of each `--mount` of a `RUN`, as they are written. */
export function mountsOf(flags: readonly string[]): ReadonlyMap<string, string>[] {
  return flags
    .filter((flag) => flag.startsWith('--mount='))
    .map((flag) => {
      const options = flag
        .slice('--mount='.length)
        .split(',')
        .map((option) => option.replace(/^"(.*)"$/, '$1'));
      return new Map(
        options.map((option) => {
          const [, name = option, value = ''] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
          return [name, value];
        }),
      );
    });
}

/** Returns the name that a `FROM` gives its stage, in lower case. */
export function stageNameOf(text: string): string | undefined {
  const [, as, named] = wordsIn(text).filter((word) => !word.startsWith('--'));
  return as?.toLowerCase() === 'as' ? named?.toLowerCase() : undefined;
}
