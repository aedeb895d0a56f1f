import { instructionsIn } from './dockerfile-instructions.ts';

/** Files of a context that an instruction of a Dockerfile takes. */
export interface ContextSource {
  /** The line at which the instruction begins, counted from 1. */
  readonly line: number;
  /** `COPY`, `ADD` or `RUN --mount`. */
  readonly instruction: string;
  /** Relative to the context, `.` for all of it; may be a pattern. */
  readonly path: string;
  /** The stage, image or additional context that it takes it from; undefined for the build's own context. */
  readonly from?: string;
}

/**
 * Returns what a Dockerfile takes from its build context, and from what `--from` names (https://docs.docker.com/reference/dockerfile/), in all stages.
 * Variables have the defaults that the file gives them, and stand for anything where it gives none.
 */
export function contextSources(dockerfile: string): ContextSource[] {
  const variables = new Map<string, string>();
  return instructionsIn(dockerfile).flatMap(({ name, text, line }) => {
    for (const [, variable = '', value = ''] of text.matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)/g))
      if (name === 'ARG' || name === 'ENV') variables.set(variable, unquoted(value));
    const taken = name === 'RUN' ? mountsIn(text) : name === 'COPY' || name === 'ADD' ? copiesIn(text) : [];
    const instruction = name === 'RUN' ? 'RUN --mount' : name;
    return taken.map(({ path, from }) => ({
      ...{ line, instruction, path: normalized(expanded(path, variables)) },
      ...(from === undefined ? {} : { from: expanded(from, variables) }),
    }));
  });
}

/** A file that an instruction takes, as it is written. */
interface Taken {
  readonly path: string;
  readonly from: string | undefined;
}

/** The sources of `COPY` and `ADD`; none of an address or heredoc. */
function copiesIn(text: string): Taken[] {
  const [flags = ''] = /^(--\S+\s+)*/.exec(text) ?? [];
  const from = /--from=(\S+)/.exec(flags)?.[1];
  const rest = text.slice(flags.length).trim();
  const words = wordsOf(rest).slice(0, -1);
  const paths = words.filter((word) => !word.startsWith('<<') && !/^(\w+:\/\/|git@)/.test(word));
  return paths.map((path) => ({ path, from }));
}

function wordsOf(text: string): string[] {
  if (text.startsWith('['))
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.map(String);
    } catch {
      // It is a pattern that begins with a bracket.
    }
  return (text.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map(unquoted);
}

/** The sources of `RUN --mount=type=bind`, which is the default type. */
function mountsIn(text: string): Taken[] {
  return [...text.matchAll(/(?:^|\s)--mount=(\S+)/g)].flatMap(([, written = '']) => {
    const options = new Map(written.split(',').map((each) => each.split('=', 2) as [string, string]));
    if ((options.get('type') ?? 'bind') !== 'bind') return [];
    return [{ path: options.get('source') ?? options.get('src') ?? '.', from: options.get('from') }];
  });
}

function expanded(path: string, variables: ReadonlyMap<string, string>): string {
  return path.replace(
    /\$(?:\{(\w+)(?::[-+]([^}]*))?\}|(\w+))/g,
    (_, braced?: string, fallback?: string, bare?: string) => {
      return variables.get(braced ?? bare ?? '') ?? fallback ?? '*';
    },
  );
}

/** A source cannot leave the context: what leads above it begins at its root. */
function normalized(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/') || '.';
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}
