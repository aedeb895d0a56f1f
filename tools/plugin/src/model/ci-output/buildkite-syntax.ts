import type { CiSyntax } from './ci-syntax.ts';
import { escapeCharacter } from './inert.ts';

/** The first of three characters that make a header, behind colours and what the eye does not see. */
// eslint-disable-next-line no-control-regex
const header = /[-+~^](?=[-+~^]{2}\s)(?<=(?:^|[\r\n])(?:\u001b\[[\d;]*m|[\p{C}\p{M}])*[-+~^])/gu;

/** Buildkite: "Managing log output". A group ends where the next one begins. */
export const buildkiteSyntax: CiSyntax = {
  inert,
  fold: (title, lines) => [`--- ${inert(title)}`, ...lines.map(inert), '+++ goes on'],
};

function inert(line: string): string {
  return line.replaceAll(header, escapeCharacter);
}
