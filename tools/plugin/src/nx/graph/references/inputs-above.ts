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
  if (languages.size === 0 || projectRoot === '.') return undefined;
  const known = foldersAbove(projectRoot).flatMap((folder) =>
    [...languages].flatMap((language) => filesAbove[language].map((name) => posix.join(folder, name))),
  );
  const patterns = [...new Set([...known, ...others])].map((file) => `{workspaceRoot}/${file}`);
  const { default: all = ['{projectRoot}/**/*'], production } = namedInputs;
  return {
    default: [...all, ...patterns],
    ...(production && { production: [...production, ...patterns] }),
  };
}
