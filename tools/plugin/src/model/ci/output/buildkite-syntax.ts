import { escapeCharacter } from './escape-commands.ts';
import type { CiSyntax } from './syntax.ts';

/** The first of three characters that make a header, behind colours and what the eye does not see. */
// eslint-disable-next-line no-control-regex
const header = /[-+~^](?=[-+~^]{2}\s)(?<=(?:^|[\r\n])(?:\u001b\[[\d;]*m|[\p{C}\p{M}])*[-+~^])/gu;

/** Buildkite: "Managing log output". A group ends where the next one begins. */
export const buildkiteSyntax: CiSyntax = {
  escapeCommands: escapeCommands,
  fold: (title, lines) => [`--- ${escapeCommands(title)}`, ...lines.map(escapeCommands), '+++ continued'],
};

function escapeCommands(line: string): string {
  return line.replaceAll(header, escapeCharacter);
}
