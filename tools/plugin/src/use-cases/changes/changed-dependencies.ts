import type { ReleaseDiff } from '../../model/changes/release-diff.ts';
import { dependencyChanges, type Ecosystem } from '../../model/changes/dependencies/dependency-changes.ts';
import type { DependencyFiles, FoundDependencies } from '../../model/changes/dependencies/dependency-files.ts';
import { goDependencies, goFiles } from '../../model/changes/dependencies/go/go-dependencies.ts';
import {
  lacksNodeLockfile,
  nodeDependencies,
  nodeFiles,
} from '../../model/changes/dependencies/npm/node-dependencies.ts';
import { nugetDependencies, nugetFiles } from '../../model/changes/dependencies/nuget/nuget-dependencies.ts';
import { pythonDependencies, pythonFiles } from '../../model/changes/dependencies/python/python-dependencies.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { readMsbuildXml } from '../../model/references/dotnet/msbuild-xml.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** A reader of the packages of one ecosystem. */
interface Reader {
  readonly ecosystem: Ecosystem;
  /** Returns the paths of the files that are needed. @param content all files of the service's content. */
  files(content: readonly string[], service: ServiceSource): readonly string[];
  /** Parsers of formats are loaded when there is such a file. */
  read(files: DependencyFiles): FoundDependencies | Promise<FoundDependencies>;
}

const readers: readonly Reader[] = [
  { ecosystem: 'npm', files: (_, service) => nodeFiles(service), read: nodeDependencies },
  { ecosystem: 'go', files: goFiles, read: goDependencies },
  {
    ecosystem: 'python',
    files: pythonFiles,
    read: async (files) => {
      const { parse } = await import('smol-toml');
      return pythonDependencies(files, parse);
    },
  },
  {
    ecosystem: 'nuget',
    files: nugetFiles,
    read: async (files) => {
      const xml = await import('@xmldom/xmldom');
      return nugetDependencies(files, (text) => readMsbuildXml(text, xml));
    },
  },
];

/** The files of one commit that are about packages: blob names by path, for each ecosystem. */
interface Side {
  readonly commit: string;
  readonly blobs: ReadonlyMap<Ecosystem, ReadonlyMap<string, string>>;
}

type Found = ReadonlyMap<Ecosystem, FoundDependencies>;

/**
 * Returns the changed packages of a service's closure, by the lock files of each commit, or by what its projects ask for
 * where there is none. Files are read at the two commits only, and only those of ecosystems of which some differ.
 */
export async function changedDependencies(
  from: string,
  to: string,
  service: ServiceSource,
  { repository }: WithRepository<SourceFiles>,
): Promise<ReleaseDiff['dependencies']> {
  const sides = await Promise.all([from, to].map((commit) => listFiles(commit, service, repository)));
  const read = readers.filter(({ ecosystem }) => {
    const [had, has] = sides.map(({ blobs }) => blobs.get(ecosystem)!);
    const isMissing = ecosystem === 'npm' && lacksNodeLockfile(has!.keys(), service);
    return isMissing || !isSame(had!, has!);
  });
  const found = await Promise.all(sides.map((side) => readSide(side, read, service, repository)));
  const [before, after] = found as [Found, Found];
  return {
    changes: read.flatMap(({ ecosystem }) => {
      const [had, has] = [before.get(ecosystem)!, after.get(ecosystem)!];
      // What could not be read would be told as removed, or added.
      const isKnown = had.unknown.length === 0 && has.unknown.length === 0;
      return isKnown ? dependencyChanges(ecosystem, had.dependencies, has.dependencies) : [];
    }),
    unknown: [...new Set(found.flatMap((side) => [...side.values()].flatMap(({ unknown }) => unknown)))],
  };
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, blob]) => b.get(path) === blob);
}

async function listFiles(commit: string, service: ServiceSource, repository: SourceFiles): Promise<Side> {
  // Lock files of the workspace are no content: of them, content has the packages.
  const all = await repository.blobs(commit, [...service.inputFolders, ...nodeFiles(service)]);
  const content = [...all.keys()].filter((path) => service.isContent(path));
  const blobsOf = ({ files }: Reader) =>
    new Map(files(content, service).flatMap((path) => (all.has(path) ? [[path, all.get(path)!] as const] : [])));
  return { commit, blobs: new Map(readers.map((reader) => [reader.ecosystem, blobsOf(reader)])) };
}

async function readSide(
  { commit, blobs }: Side,
  wanted: readonly Reader[],
  service: ServiceSource,
  repository: SourceFiles,
): Promise<Found> {
  const paths = wanted.flatMap(({ ecosystem }) => [...blobs.get(ecosystem)!.keys()]);
  const texts = paths.length === 0 ? new Map<string, string>() : await repository.texts(commit, paths);
  const { root, projectRoots, packages } = service;
  const found = wanted.map(async ({ ecosystem, read }) => {
    // What is no text is told as that.
    const own = [...blobs.get(ecosystem)!.keys()].map((path) => [path, texts.get(path) ?? '\0'] as const);
    const describe = (file: string) => `${file} at ${shortCommit(commit)}`;
    return [ecosystem, await read({ root, projectRoots, packages, texts: new Map(own), describe })] as const;
  });
  return new Map(await Promise.all(found));
}
