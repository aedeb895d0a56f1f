import type { CiSyntax } from './ci-syntax.ts';
import { breakColonCommand, breakHashCommands } from './inert.ts';

/** GitHub Actions: "Workflow commands". */
export const githubSyntax: CiSyntax = {
  inert,
  fold: (title, lines) => [`::group::${escapeData(title)}`, ...lines.map(inert), '::endgroup::'],
  annotate: (level, about, text) => `::${level} title=${escapeProperty(about)}::${escapeData(text)}`,
};

function inert(line: string): string {
  return breakHashCommands(breakColonCommand(line));
}

/** `%` comes first: what it stands for would be escaped again. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
