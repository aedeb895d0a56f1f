import { escapeControlCharacters } from '../../text/escape-control-characters.ts';
import { escapeCharacter } from './escape-commands.ts';
import type { CiSyntax } from './syntax.ts';

/** GitLab: "CI/CD job logs", custom collapsible sections. */
export const gitlabSyntax: CiSyntax = {
  escapeCommands: escapeCommands,
  fold: (title, lines, at) => {
    const second = Math.floor(at.getTime() / 1000);
    // A section has a name of its own; milliseconds tell two of the same title apart.
    const name = `${title.replaceAll(/[^a-zA-Z0-9]+/g, '_')}_${at.getTime()}`;
    return [
      `${marker('start', second, `${name}[collapsed=true]`)}${escapeCommands(escapeControlCharacters(title))}`,
      ...lines.map(escapeCommands),
      marker('end', second, name),
    ];
  },
};

function marker(what: 'start' | 'end', second: number, name: string): string {
  return `\u001b[0Ksection_${what}:${second}:${name}\r\u001b[0K`;
}

function escapeCommands(line: string): string {
  return line.replaceAll(/(?<=section)_(?=(start|end):)/g, escapeCharacter);
}
