import { codeMarkdown } from '../../text/markdown.ts';

/** A plan, as its lines tell it. */
export interface ShownPlan {
  readonly id: string;
  /** The first one says what it is, the others what would change. */
  readonly lines: readonly string[];
}

/** Lines of one plan that are shown: the log has all. GitHub takes 1 MiB for a step. */
const mostLines = 200;

/** Returns plans as Markdown, for the page that a CI has of its run: there approvers look. */
export function planSummary(plans: readonly ShownPlan[]): string {
  return [
    plans.length === 1 ? '### To be approved' : `### To be approved: ${plans.length} plans`,
    '',
    ...plans.flatMap(({ id, lines: [title = '', ...others] }) => [
      `- ${codeMarkdown(title)}, ${codeMarkdown(id)}`,
      ...others.slice(0, mostLines).map((line) => `  - ${codeMarkdown(line.trim())}`),
      ...(others.length > mostLines ? [`  - ${others.length - mostLines} more lines are in the log`] : []),
    ]),
    // Others write to the same page.
    ...['', ''],
  ].join('\n');
}
