import { errorCatalog } from '../model/errors/error-catalog.ts';
import { textFor } from '../model/errors/error-entry.ts';
import * as places from '../model/workspace/places.ts';

/** Where the page is, relative to the workspace's root. */
export const errorReferencePath = 'docs/errors.md';

const introduction = `# Errors

An error says what was being done and why it stopped, and below that, as a hint, what to do next. The hint ends with the error's type in brackets, such as \`[no-such-release]\`: a name that does not change when a text does, for scripts and for this page. A _refusal_ (exit code 2) changed nothing; a _failure_ (exit code 1) tried something that did not succeed.

This page lists every type, by where it comes from. It is generated from \`tools/plugin/src/model/errors/error-catalog.ts\`, which is also what the types are checked against when the plugin is compiled; after a change there, run \`npm run docs:errors\`.
`;

/** Returns the page that lists every type of error, as Prettier formats it. */
export function errorReference(): string {
  const sections = Object.entries(errorCatalog).map(([area, types]) => {
    const rows = Object.entries(types).map(([type, { meaning, remedy }]) => [
      `\`${type}\``,
      ...[meaning, remedy].map((text) => textFor(places, text)),
    ]);
    return `## ${area}\n\n${markdownTable([['type', 'meaning', 'what to do'], ...rows])}`;
  });
  return `${[introduction.trim(), ...sections].join('\n\n')}\n`;
}

/** Returns a table whose columns are as wide as their longest cell. */
function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
