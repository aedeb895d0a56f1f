import { styleText } from 'node:util';
import { ciOf } from '../../../model/ci/ci-run.ts';
import { colorVariable, columnsVariable } from '../../../model/product/wire-names.ts';

/** How something is, as colours show it. */
export type Tone = 'good' | 'bad' | 'caution' | 'faint';

const colors = { good: 'green', bad: 'red', caution: 'yellow', faint: 'dim' } as const;
/** Beside the colour, so that it is not the only sign. */
const symbols = { good: '✔', bad: '✖', caution: '⚠', faint: '' } as const;

/** The output device: a terminal, or a pipe, a file or the log of a CI, which gets plain lines. */
export interface Terminal {
  /** Undefined where the output is no terminal. */
  readonly columns: number | undefined;
  /** Returns a text in the colour of its tone, where colours are shown. */
  paint(tone: Tone, text: string): string;
  /** Returns a text after the symbol of its tone, both in its colour; the text alone where the output is no terminal. */
  mark(tone: Tone, text: string): string;
}

/** Finds out what shows the output, by the variables that Nx's process sets for the processes of tasks. */
export function terminalOf(env: NodeJS.ProcessEnv): Terminal {
  const columns = Number(env[columnsVariable] ?? '');
  const isTerminal = Number.isInteger(columns) && columns > 0 && ciOf(env) === undefined;
  const isColored = env[colorVariable] === 'true';
  // Whether colours are shown was found out where the terminal is: here the output is a pipe.
  const paint = (tone: Tone, text: string) =>
    isColored && text !== '' ? styleText(colors[tone], text, { validateStream: false }) : text;
  return {
    columns: isTerminal ? columns : undefined,
    paint,
    mark: (tone, text) => paint(tone, isTerminal ? `${symbols[tone]} ${text}`.trim() : text),
  };
}

/** An output device that gets plain lines. */
export const plainTerminal: Terminal = terminalOf({});
