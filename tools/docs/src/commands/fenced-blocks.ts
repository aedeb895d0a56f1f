/** A fenced block of a page. */
export interface FencedBlock {
  /** The word behind the fence: `sh`, `text`. */
  readonly language: string;
  /** Its lines, without the indentation of the fence. */
  readonly text: string;
  /** Line of the page, from 1, that the fence opens in. */
  readonly line: number;
  /** Why no test runs its commands, from a comment before it: `<!-- not run: reason -->`. */
  readonly notRun: string | undefined;
}

const fence = /^( *)```([\w-]*)[^\n]*\n(.*?)^\1```$/gms;

/** Returns the fenced blocks of a Markdown text, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  return [...markdown.matchAll(fence)].map(({ index, 1: indent = '', 2: language = '', 3: body = '' }) => {
    const before = markdown.slice(0, index);
    const [, notRun] = /<!-- not run: ((?:(?!-->).)+?) -->\s*$/.exec(before) ?? [];
    const lines = body.split('\n').map((line) => line.replace(new RegExp(`^${indent}`), ''));
    return { language, text: lines.join('\n').trimEnd(), line: before.split('\n').length, notRun };
  });
}

/** Returns the commands of a block of `sh`: lines that end with a backslash are joined, comments are left out. */
export function commandsIn(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#(\s.*|$)/, '').trim())
    .filter((line) => line !== '');
}
