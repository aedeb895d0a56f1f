import { printable } from '../printable.ts';
import type { CiSyntax } from './ci-syntax.ts';
import { escapeCharacter } from './inert.ts';

/** GitLab: "CI/CD job logs", custom collapsible sections. */
export const gitlabSyntax: CiSyntax = {
  inert,
  fold: (title, lines, at) => {
    const second = Math.floor(at.getTime() / 1000);
    // A section has a name of its own; milliseconds tell two of the same title apart.
    const name = `${title.replaceAll(/[^a-zA-Z0-9]+/g, '_')}_${at.getTime()}`;
    return [
      `${marker('start', second, `${name}[collapsed=true]`)}${inert(printable(title))}`,
      ...lines.map(inert),
      marker('end', second, name),
    ];
  },
};

function marker(what: 'start' | 'end', second: number, name: string): string {
  return `\u001b[0Ksection_${what}:${second}:${name}\r\u001b[0K`;
}

function inert(line: string): string {
  return line.replaceAll(/(?<=section)_(?=(start|end):)/g, escapeCharacter);
}
