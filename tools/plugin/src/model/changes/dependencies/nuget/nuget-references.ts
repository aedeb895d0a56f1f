import { posix } from 'node:path';
import { MsbuildEvaluation } from '../../../references/dotnet/msbuild-evaluation.ts';
import type { MsbuildFile } from '../../../references/dotnet/msbuild-file.ts';
import { foldersAbove } from '../../../references/reference.ts';
import type { SourceTree } from '../../../references/source-tree.ts';
import { mergeDependencies, type Dependencies, type Dependency } from '../dependency-changes.ts';

/**
 * Returns the packages that a project file asks for, and what it imports: each `PackageReference`, with its own version or
 * that of `Directory.Packages.props`. Conditions are not looked at: a package may have several versions.
 * @param onMistake gets what cannot be read, and why as a clause.
 */
export function packagesInProject(
  project: string,
  texts: ReadonlyMap<string, string>,
  read: (text: string) => MsbuildFile,
  onMistake: (file: string, mistake: string) => void,
): Dependencies {
  const tree = treeOf(texts);
  const evaluation = new MsbuildEvaluation(project, tree, read);
  const nearest = (name: string) =>
    foldersAbove(project)
      .map((folder) => posix.join(folder, name))
      .find(tree.holds);
  for (const name of ['Directory.Build.props', 'Directory.Packages.props']) evaluation.run(nearest(name));
  evaluation.run(project);
  evaluation.run(nearest('Directory.Build.targets'));
  for (const { file, reason } of evaluation.mistakes) if (!reason.startsWith('it imports')) onMistake(file, reason);
  const named = (name: string) =>
    evaluation.items.filter((item) => item.name === name).flatMap((item) => namesIn(item, evaluation));
  const central = versionsByName(named('PackageVersion'));
  const asked = [...named('PackageReference'), ...named('GlobalPackageReference')];
  return mergeDependencies(
    asked.map(({ name, versions }): Dependencies => {
      const found = versions.length > 0 ? versions : (central.get(name.toLowerCase()) ?? []);
      return new Map([[name, { versions: found.length > 0 ? found : ['any version'], isDirect: true } as Dependency]]);
    }),
  );
}

interface NamedVersions {
  readonly name: string;
  readonly versions: readonly string[];
}

function namesIn(
  { written, version, file }: MsbuildEvaluation['items'][number],
  evaluation: MsbuildEvaluation,
): NamedVersions[] {
  const values = (text: string) => {
    const expanded = evaluation.expand(text, file);
    // What nothing sets is shown as it is written.
    return 'values' in expanded ? expanded.values : [text];
  };
  const names = values(written).flatMap((value) => value.split(';').map((each) => each.trim()));
  const versions = version === undefined ? [] : values(version);
  return names.filter((name) => name !== '').map((name) => ({ name, versions }));
}

function versionsByName(all: readonly NamedVersions[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, versions } of all) {
    const key = name.toLowerCase();
    found.set(key, [...new Set([...(found.get(key) ?? []), ...versions])]);
  }
  return found;
}

function treeOf(texts: ReadonlyMap<string, string>): SourceTree {
  return {
    projects: new Map(),
    files: [...texts.keys()],
    root: '/',
    holds: (file) => texts.has(file),
    rootOf: () => '.',
    ownerOf: () => undefined,
    exists: (path) => texts.has(path),
    parsed: (path, parse) => parse(texts.get(path) ?? '', path),
  };
}
