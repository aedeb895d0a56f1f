import { fencedBlocks } from '../commands/fenced-blocks.ts';

/** A block of commands of a page, with what it prints. */
export interface Step {
  readonly commands: string;
  /** What the page shows below it; undefined where it shows nothing. */
  readonly shown: string | undefined;
}

/** Returns the steps of a page whose commands are run. A block of `text` right after commands is what they print. */
export function stepsOf(markdown: string): Step[] {
  const blocks = fencedBlocks(markdown);
  return blocks.flatMap(({ language, text, notRun }, index) => {
    if (language !== 'sh' || notRun !== undefined) return [];
    const next = blocks[index + 1];
    return [{ commands: text, shown: next?.language === 'text' ? next.text : undefined }];
  });
}

/** Returns a page with what its steps print put below them, in order. */
export function withOutputs(markdown: string, outputs: readonly string[]): string {
  let step = -1;
  return markdown.replaceAll(
    /((?:<!-- not run: [^\n]*-->\n\n)?)```(sh|text)\n(.*?)^```$/gms,
    (block, mark: string, language: string) => {
      if (language === 'sh') {
        if (mark === '') step += 1;
        return block;
      }
      return `\`\`\`text\n${outputs[step] ?? ''}\n\`\`\``;
    },
  );
}
