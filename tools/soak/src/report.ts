import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';

/** Parts of the page, in their order. */
export const parts = ['load', 'gateway', 'door', 'chaos', 'race', 'fuzz'] as const;
export type Part = (typeof parts)[number];

/** What a part has found. */
export interface Section {
  /** By which it is found again. */
  readonly command: string;
  readonly lines: readonly string[];
  /** What was not as it must be. */
  readonly wrong: readonly string[];
}

const page = join(repositoryRoot, 'docs/reliability.md');
const intro = [
  '# Reliability',
  '',
  'Made by `npm run soak`, which writes this page: what happens to requests, locks and records while services are released, while deployers die, and when they are given nonsense. Everything runs on the local platform of one machine.',
].join('\n');

/** Replaces one part of the page, and leaves the others as they are. @param text its section, in Markdown. */
export function writePart(part: Part, text: string): void {
  const sections = existsSync(page) ? sectionsOf(readFileSync(page, 'utf8')) : new Map<string, string>();
  sections.set(part, text);
  const all = parts.flatMap((name) => {
    const section = sections.get(name);
    return section === undefined ? [] : [`<!-- ${name} -->\n\n${section.trim()}`];
  });
  writeFileSync(page, `${[intro, ...all].join('\n\n')}\n`);
}

function sectionsOf(text: string): Map<string, string> {
  const [, ...pieces] = text.split(/^<!-- (\w+) -->$/m);
  const sections = new Map<string, string>();
  for (let index = 0; index + 1 < pieces.length; index += 2) sections.set(pieces[index]!, pieces[index + 1]!);
  return sections;
}
