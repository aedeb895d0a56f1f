import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';

/** Writes one part of a page, between its marks, and leaves the others as they are. */
export function replaceSection(name: string, lines: readonly string[], path = 'docs/benchmarks.md'): void {
  const page = join(repositoryRoot, path);
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const section = `${begin}\n\n${lines.join('\n').trim()}\n\n${end}`;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const whole =
    from < 0 || to < 0
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, from) + section + before.slice(to + end.length);
  writeFileSync(page, whole);
}
