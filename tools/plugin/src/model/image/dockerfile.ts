import { argumentsOf, escapeOf, instructionsIn, mountsOf, valueOfFlag, wordsIn } from './dockerfile-instructions.ts';
import { patternOfWord } from './dockerfile-variables.ts';

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
  const escape = escapeOf(dockerfile);
  const pattern = (word: string) => patternOfWord(word, variables, escape);
  return instructionsIn(dockerfile).flatMap(({ name, text, line }) => {
    if (name === 'ARG' || name === 'ENV')
      for (const [variable, value] of assignmentsIn(text)) variables.set(variable, pattern(value));
    const taken = name === 'RUN' ? mountsIn(text) : name === 'COPY' || name === 'ADD' ? copiesIn(text) : [];
    const instruction = name === 'RUN' ? 'RUN --mount' : name;
    return taken.map(({ path, from }) => ({
      ...{ line, instruction, path: normalized(pattern(path)) },
      ...(from === undefined ? {} : { from: pattern(from) }),
    }));
  });
}

function assignmentsIn(text: string): [string, string][] {
  return wordsIn(text).flatMap((word): [string, string][] => {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
}

/** A file that an instruction takes, as it is written. */
interface Taken {
  readonly path: string;
  readonly from: string | undefined;
}

/** The sources of `COPY` and `ADD`; none of an address or heredoc. */
function copiesIn(text: string): Taken[] {
  const { flags, words } = argumentsOf(text);
  const from = valueOfFlag(flags, 'from');
  const paths = words.slice(0, -1).filter((word) => !word.startsWith('<<') && !/^["']?(\w+:\/\/|git@)/.test(word));
  return paths.map((path) => ({ path, from }));
}

/** The sources of `RUN --mount=type=bind`, which is the default type. */
function mountsIn(text: string): Taken[] {
  return mountsOf(argumentsOf(text).flags).flatMap((options) => {
    if ((options.get('type') ?? 'bind') !== 'bind') return [];
    return [{ path: options.get('source') ?? options.get('src') ?? '.', from: options.get('from') }];
  });
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
