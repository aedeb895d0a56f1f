import { breakColonCommand, breakHashCommands } from './escape-commands.ts';
import type { CiSyntax } from './syntax.ts';

/** GitHub Actions: "Workflow commands". */
export const githubSyntax: CiSyntax = {
  escapeCommands: escapeCommands,
  fold: (title, lines) => [`::group::${escapeData(title)}`, ...lines.map(escapeCommands), '::endgroup::'],
  annotate: (level, about, text, at) => {
    const place = at ? `file=${escapeProperty(at.file)},line=${at.line},col=${at.column},` : '';
    return `::${level} ${place}title=${escapeProperty(about)}::${escapeData(text)}`;
  },
};

function escapeCommands(line: string): string {
  return breakHashCommands(breakColonCommand(line));
}

/** `%` comes first: what it stands for would be escaped again. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
