import type { ReleaseDiff } from '../../model/changes/release-diff.ts';
import {
  dependencyChanges,
  type Dependencies,
  type Ecosystem,
} from '../../model/changes/dependencies/dependency-changes.ts';
import { parseGoModule } from '../../model/changes/dependencies/go-module.ts';
import { installedFor, parseNpmLockfile } from '../../model/changes/dependencies/npm-lockfile.ts';
import { parsePythonRequirements } from '../../model/changes/dependencies/python-requirements.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

const lockfile = 'package-lock.json';

/** Files of other ecosystems, by their names. */
const readers: readonly { ecosystem: Ecosystem; file: RegExp; parse: (text: string) => Dependencies }[] = [
  { ecosystem: 'go', file: /(^|\/)go\.mod$/, parse: parseGoModule },
  { ecosystem: 'python', file: /(^|\/)requirements[^/]*\.txt$/, parse: parsePythonRequirements },
];

/**
 * Returns the changed dependencies of a service: npm packages of its closure, by the lockfile of each commit, and those
 * in the Go modules and Python requirements among its files.
 */
export async function changedDependencies(
  from: string,
  to: string,
  service: ServiceSource,
  { repository }: WithRepository<SourceFiles>,
): Promise<ReleaseDiff['dependencies']> {
  const commits = [from, to];
  const [npm, others] = await Promise.all([
    Promise.all(commits.map((commit) => npmPackages(commit, service, repository))),
    Promise.all(commits.map((commit) => otherDependencies(commit, service, repository))),
  ]);
  const unknown = [...new Set(npm.filter((each) => typeof each === 'string'))];
  const [before, after] = npm;
  const ofNpm = typeof before === 'object' && typeof after === 'object' ? dependencyChanges('npm', before, after) : [];
  const ofOthers = readers.flatMap(({ ecosystem }) => {
    const [had, has] = others.map((side) => side.get(ecosystem) ?? new Map());
    return dependencyChanges(ecosystem, had!, has!);
  });
  return { changes: [...ofNpm, ...ofOthers], unknown };
}

/** @returns a sentence where the lockfile cannot be read. */
async function npmPackages(
  commit: string,
  { packages }: ServiceSource,
  repository: SourceFiles,
): Promise<Dependencies | string> {
  if (packages.length === 0) return new Map();
  const text = (await repository.texts(commit, lockfile)).get(lockfile);
  const found = text === undefined ? 'There is no such file.' : parseNpmLockfile(text);
  return typeof found === 'string' ? `${lockfile} at ${shortCommit(commit)}: ${found}` : installedFor(found, packages);
}

async function otherDependencies(
  commit: string,
  service: ServiceSource,
  repository: SourceFiles,
): Promise<Map<Ecosystem, Map<string, readonly string[]>>> {
  const paths = [...(await repository.blobs(commit, service.inputFolders)).keys()].filter((path) =>
    service.isContent(path),
  );
  const all = new Map<Ecosystem, Map<string, readonly string[]>>();
  for (const path of paths) {
    const reader = readers.find(({ file }) => file.test(path));
    const text = reader && (await repository.texts(commit, path)).get(path);
    if (!reader || text === undefined) continue;
    const known = all.get(reader.ecosystem) ?? new Map<string, readonly string[]>();
    for (const [name, versions] of reader.parse(text))
      known.set(name, [...new Set([...(known.get(name) ?? []), ...versions])]);
    all.set(reader.ecosystem, known);
  }
  return all;
}
