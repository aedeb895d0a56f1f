import { commandsIn, fencedBlocks } from './fenced-blocks.ts';

/** A command that a page asks its reader to type. */
export interface DocumentedCommand {
  readonly line: number;
  readonly command: string;
  /** Why it is not run, where the page says so. */
  readonly notRun: string | undefined;
}

/** Returns the commands of a page: those in blocks of `sh`, and those of Nx and npm between backticks. */
export function documentedCommands(markdown: string): DocumentedCommand[] {
  const fenced = fencedBlocks(markdown)
    .filter(({ language }) => ['sh', 'bash', 'shell', 'console'].includes(language))
    .flatMap(({ text, line, notRun }) => commandsIn(text).map((command) => ({ line, command, notRun })));
  const lineAt = (index: number) => markdown.slice(0, index).split('\n').length;
  const prose = markdown.replaceAll(/^( *)```.*?^\1```$/gms, (block) => block.replaceAll(/[^\n]/g, ' '));
  const inline = [...prose.matchAll(/`((?:npx )?nx (?:run|g|run-many|affected) [^`\n]+|npm (?:run|test)[^`\n]*)`/g)];
  return [
    ...fenced,
    ...inline.map(({ index, 1: command = '' }) => ({ line: lineAt(index), command, notRun: undefined })),
  ];
}
