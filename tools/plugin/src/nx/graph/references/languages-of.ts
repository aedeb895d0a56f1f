import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Language as AnyLanguage } from '../../../model/toolchains/toolchain.ts';

/** A language whose projects are also made of files that lie above them. */
export type Language = Exclude<AnyLanguage, 'node'>;

/** Files that show a language. */
const signs: readonly (readonly [Language, RegExp])[] = [
  ['go', /^go\.mod$|\.go$/],
  ['python', /^(pyproject\.toml|requirements[^/]*\.txt|Pipfile|setup\.(py|cfg))$|\.py$/],
  ['dotnet', /\.(cs|fs|vb)(proj)?$/],
];

/** Folders that hold no sources, or those of others. */
const skipped = /^(\..*|node_modules|dist|build|bin|obj|vendor|k8s|tests|coverage|__pycache__)$/;
/** How many folders deep a first source file is looked for. */
const deepest = 3;

/** Returns the languages that files of a project's folder are written in. */
export function languagesOf(projectRoot: string, workspaceRoot: string): Set<Language> {
  const found = new Set<Language>();
  look(join(workspaceRoot, projectRoot), 0);
  return found;

  function look(folder: string, depth: number): void {
    const folders: string[] = [];
    const entries = entriesOf(folder);
    // A project of its own.
    if (depth > 0 && entries.some(({ name }) => name === 'project.json')) return;
    for (const entry of entries) {
      if (entry.isDirectory()) {
        if (depth < deepest && !skipped.test(entry.name)) folders.push(entry.name);
      } else for (const [language, sign] of signs) if (sign.test(entry.name)) found.add(language);
    }
    // What lies deeper is asked only of a folder that does not tell itself.
    if (found.size === 0) for (const each of folders) look(join(folder, each), depth + 1);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
