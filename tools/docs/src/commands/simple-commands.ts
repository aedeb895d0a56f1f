/** A program with its arguments, as a shell would start it. */
export type Argv = readonly string[];

/** Returns the commands of a line of a shell: of `a && b | c` three, without quotes, variables before them and `npx`. */
export function simpleCommands(line: string): Argv[] {
  const tokens = line.match(/&&|\|\||[|;]|(?:\\.|"[^"]*"|'[^']*'|[^\s"'|;&])+/g) ?? [];
  const commands: string[][] = [[]];
  for (const token of tokens)
    if (/^(&&|\|\||[|;])$/.test(token)) commands.push([]);
    else commands.at(-1)!.push(token.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  return commands.map(withoutBeginning).filter((argv) => argv.length > 0);
}

function withoutBeginning(argv: Argv): Argv {
  const begin = argv.findIndex((word) => !/^[A-Z_]+=/.test(word) && word !== 'export' && word !== 'npx');
  return begin === -1 ? [] : argv.slice(begin);
}

/** Options and further words of a command. */
export interface Arguments {
  readonly words: readonly string[];
  /** By their names as they are typed; true where no value was given. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Reads arguments as Nx does: `--name=value`, `--name value`, `--flag`. @param short names of letters: `-t`. */
export function parseArguments(argv: Argv, short: Readonly<Record<string, string>> = {}): Arguments {
  const words: string[] = [];
  const options: Record<string, unknown> = {};
  let open: string | undefined;
  for (const word of argv.map((each) => each.replaceAll(/^\[|\]$/g, ''))) {
    const [, dashes, typed = '', value] = /^(--?)([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    const name = dashes === '-' ? short[typed] : typed;
    if (dashes !== undefined && name !== undefined) {
      options[name] = value === undefined ? true : valueOf(value);
      open = value === undefined ? name : undefined;
    } else if (open !== undefined)
      options[open] = options[open] === true ? valueOf(word) : `${String(options[open])},${word}`;
    else words.push(word);
  }
  return { words, options };
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}
