import { posix } from 'node:path';
import { isMsbuildFile, isTestProject } from '../../../references/dotnet/dotnet-references.ts';
import type { MsbuildFile } from '../../../references/dotnet/msbuild-file.ts';
import { mergeDependencies, type Dependencies } from '../dependency-changes.ts';
import { isBelow, type DependencyFiles, type FoundDependencies } from '../dependency-files.ts';
import { parseFile, Unreadable, whyNotRead } from '../lock-text.ts';
import { packagesInNugetLock } from './nuget-lock.ts';
import { packagesInProject } from './nuget-references.ts';

/** Returns those of a service's files that say which NuGet packages it gets. @param paths all files of its content. */
export function nugetFiles(paths: readonly string[]): string[] {
  const files = paths.filter((path) => isMsbuildFile(path) || isLock(path) || /\.(props|targets)$/i.test(path));
  return files.some(isMsbuildFile) ? files : [];
}

function isLock(path: string): boolean {
  return /^packages(\..+)?\.lock\.json$/i.test(posix.basename(path));
}

/**
 * Returns the NuGet packages of a service: by the lock file beside each project file, which holds those of its libraries,
 * too; where there is none by what the project files of its closure ask for.
 * @param readXml reads a file of MSBuild.
 */
export function nugetDependencies(all: DependencyFiles, readXml: (text: string) => MsbuildFile): FoundDependencies {
  const { texts, root, describe } = all;
  const unknown = new Set<string>();
  const read = (text: string): MsbuildFile => {
    const reason = whyNotRead(text);
    return reason === undefined ? readXml(text) : { mistake: reason.replace(/\.$/, ''), line: 1 };
  };
  const projects = productProjects(all);
  const own = projects.filter((file) => isBelow(root, file));
  const isLocked = own.length > 0 && own.every((file) => lockOf(file, texts) !== undefined);
  const found = (isLocked ? own : projects).map((project) => {
    const lock = lockOf(project, texts);
    if (lock !== undefined) return readLock(lock);
    return packagesInProject(project, texts, read, (file, mistake) =>
      unknown.add(`${describe(file)}: ${sentence(mistake)}`),
    );
  });
  return { dependencies: mergeDependencies(found), unknown: [...unknown] };

  function readLock(lock: string): Dependencies {
    const text = texts.get(lock)!;
    try {
      const reason = whyNotRead(text);
      // NuGet writes a byte order mark on some systems.
      const read =
        reason ?? packagesInNugetLock(parseFile(lock, 'JSON', () => JSON.parse(text.replace(/^\uFEFF/, ''))));
      if (typeof read !== 'string') return read;
      throw new Unreadable(lock, read);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unknown.add(`${describe(lock)}: ${error.message}`);
      return new Map();
    }
  }
}

function sentence(clause: string): string {
  const [line = ''] = clause.split('\n');
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1)}.`;
}

/** The project files that are no tests. */
function productProjects({ texts, projectRoots }: DependencyFiles): string[] {
  const all = [...texts.keys()].filter(
    (file) => isMsbuildFile(file) && projectRoots.some((root) => isBelow(root, file)),
  );
  return all.filter((file) => !isTestProject(file));
}

/** The lock file beside a project file, by the name of all or by that of the project. */
function lockOf(project: string, texts: DependencyFiles['texts']): string | undefined {
  const folder = posix.dirname(project);
  const { name } = posix.parse(project);
  return [`packages.${name}.lock.json`, `packages.${name.replaceAll(' ', '_')}.lock.json`, 'packages.lock.json']
    .map((each) => posix.join(folder, each))
    .find((file) => texts.has(file));
}
