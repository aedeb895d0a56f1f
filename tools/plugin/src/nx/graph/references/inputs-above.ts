import type { NxJsonConfiguration } from '@nx/devkit';
import { posix } from 'node:path';
import { foldersAbove } from '../../../model/references/reference.ts';
import type { Language } from './languages-of.ts';

type NamedInputs = NonNullable<NxJsonConfiguration['namedInputs']>;

/** Files that count for all projects of a language below them. */
const filesAbove: Readonly<Record<Language, readonly string[]>> = {
  go: ['go.mod', 'go.sum', 'go.work', 'go.work.sum'],
  python: ['pyproject.toml', 'uv.lock', '.python-version'],
  dotnet: [
    ...['Directory.Build.props', 'Directory.Build.targets', 'Directory.Packages.props', 'packages.lock.json'],
    ...['NuGet.config', 'NuGet.Config', 'nuget.config', 'global.json', '.editorconfig', '.globalconfig'],
  ],
};

/** The named input of a project that holds them: they are its content (`fileFilter`), whatever else its inputs are. */
const nameOfInput = 'filesAbove';

/** Lists that were made before: thousands of projects have the same. */
const known = new Map<string, readonly string[]>();

/**
 * Returns the named inputs of a project with the files above it that its languages read, so that they are its content, and
 * concern it in Nx's eyes: `undefined` where there are none.
 * @param others files outside it that its own files name, relative to the workspace's root.
 */
export function inputsAbove(
  projectRoot: string,
  languages: ReadonlySet<Language>,
  { namedInputs, others }: { readonly namedInputs: NamedInputs; readonly others: readonly string[] },
): NamedInputs | undefined {
  if (projectRoot === '.' || (languages.size === 0 && others.length === 0)) return undefined;
  const { default: all = ['{projectRoot}/**/*'], production } = namedInputs;
  const patterns = [...patternsAbove(posix.dirname(projectRoot), languages), ...others.map(patternOf)];
  return {
    [nameOfInput]: [...new Set(patterns)],
    default: [...all, nameOfInput],
    // It mostly has the default's.
    ...(production && !production.includes('default') && { production: [...production, nameOfInput] }),
  };
}

function patternsAbove(folder: string, languages: ReadonlySet<Language>): readonly string[] {
  const key = [folder, ...languages].join();
  let patterns = known.get(key);
  if (!patterns) {
    patterns = [...(folder === '.' ? [] : [folder]), ...foldersAbove(folder)].flatMap((each) =>
      [...languages].flatMap((language) => filesAbove[language].map((name) => patternOf(posix.join(each, name)))),
    );
    known.set(key, patterns);
  }
  return patterns;
}

function patternOf(file: string): string {
  return `{workspaceRoot}/${file}`;
}
