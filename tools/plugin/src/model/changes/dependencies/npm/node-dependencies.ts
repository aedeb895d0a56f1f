import { posix } from 'node:path';
import { textOf } from '../lock-text.ts';
import { YAMLParseError } from 'yaml';
import { isMap } from '../../../manifests/source/object-fields.ts';
import { mergeDependencies, type Dependencies } from '../dependency-changes.ts';
import type { DependencyFiles, FoundDependencies } from '../dependency-files.ts';
import { parseBunLockfile } from './bun-lockfile.ts';
import { installedFor, type Asker, type NodeLockfile } from './node-lockfile.ts';
import { parseNpmLockfile } from './npm-lockfile.ts';
import { parsePnpmLockfile } from './pnpm-lockfile.ts';
import { parseYarnLockfile } from './yarn-lockfile.ts';

/** Lock files of the package managers, in the order in which Nx looks for them. */
const parsers: Readonly<Record<string, (text: string) => NodeLockfile | string>> = {
  'bun.lock': parseBunLockfile,
  'bun.lockb': () => 'It is binary. Let Bun write text: `bun install --save-text-lockfile`.',
  'yarn.lock': parseYarnLockfile,
  'pnpm-lock.yaml': parsePnpmLockfile,
  // npm reads it before the other one.
  'npm-shrinkwrap.json': parseNpmLockfile,
  'package-lock.json': parseNpmLockfile,
};

/** The names of lock files of Node's package managers. */
export const nodeLockfiles: readonly string[] = Object.keys(parsers);

/**
 * Reads a lock file of a Node package manager.
 * @param file its path, by whose name the format is known.
 * @returns a sentence that says why not, where it cannot be read.
 */
export function parseNodeLockfile(file: string, text: string): NodeLockfile | string {
  const parse = parsers[posix.basename(file)];
  return parse === undefined ? 'It is no lock file that is known.' : parse(text);
}

/** Returns the paths of files that say which npm packages a service gets: lock files and the manifests beside them. */
export function nodeFiles({ root, projectRoots }: Pick<DependencyFiles, 'root' | 'projectRoots'>): string[] {
  const folders = new Set(['.', root, ...projectRoots]);
  return [...folders].flatMap((folder) => [...nodeLockfiles, 'package.json'].map((name) => posix.join(folder, name)));
}

/** Reports whether a service needs npm packages of which no lock file says the versions. */
export function lacksNodeLockfile(paths: Iterable<string>, { packages }: Pick<DependencyFiles, 'packages'>): boolean {
  return packages.length > 0 && ![...paths].some((path) => nodeLockfiles.includes(path));
}

/** Returns the npm packages of a service's closure: by the lock file of the workspace, and by those of projects. */
export function nodeDependencies(all: DependencyFiles): FoundDependencies {
  const unknown: string[] = [];
  const lockedFolders = ['.', ...all.projectRoots].filter(
    (folder, index, folders) => folders.indexOf(folder) === index && lockfileIn(folder, all) !== undefined,
  );
  const found: Dependencies[] = [];
  if (all.packages.length > 0 && !lockedFolders.includes('.'))
    unknown.push(`${all.describe('package-lock.json')}: There is no such file.`);
  for (const folder of lockedFolders) {
    const file = lockfileIn(folder, all)!;
    try {
      const lockfile = parseNodeLockfile(file, all.texts.get(file)!);
      if (typeof lockfile === 'string') unknown.push(`${all.describe(file)}: ${lockfile}`);
      else found.push(dependenciesIn(folder, lockfile, lockedFolders, all));
    } catch (error) {
      if (!(error instanceof YAMLParseError)) throw error;
      unknown.push(`${all.describe(file)}: An entry of it is not YAML.`);
    }
  }
  return { dependencies: mergeDependencies(found), unknown };
}

function lockfileIn(folder: string, { texts }: Pick<DependencyFiles, 'texts'>): string | undefined {
  return nodeLockfiles.map((name) => posix.join(folder, name)).find((file) => texts.has(file));
}

/** Fields of a `package.json` with what is needed at run time. */
const needed = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/** The packages that the projects get which a lock file is for. */
function dependenciesIn(
  folder: string,
  lockfile: NodeLockfile,
  lockedFolders: readonly string[],
  { texts, projectRoots, packages }: DependencyFiles,
): Dependencies {
  const isRoot = folder === '.';
  const projects = isRoot ? projectRoots.filter((root) => root === '.' || !lockedFolders.includes(root)) : [folder];
  // What is installed for the workspace may be named there for those who develop.
  const shared = isRoot ? rangesIn(texts.get('package.json'), [...needed, 'devDependencies']) : [];
  const named: string[] = [];
  const askers = projects.map((project): Asker => {
    const own = rangesIn(texts.get(posix.join(project, 'package.json')), needed);
    if (!isRoot || project !== '.') named.push(...own.keys());
    return { folder: isRoot ? project : '.', ranges: new Map([...shared, ...own]) };
  });
  const names = new Set([...(isRoot ? packages : []), ...named]);
  const direct = new Set(askers.flatMap(({ ranges }) => [...ranges.keys()]));
  const found = installedFor(lockfile, names, askers);
  return new Map([...found].map(([name, each]) => [name, { ...each, isDirect: names.has(name) && direct.has(name) }]));
}

/** The ranges that a `package.json` asks for. One that cannot be read asks for nothing. */
function rangesIn(text: string | undefined, fields: readonly string[]): Map<string, readonly string[]> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text ?? '{}');
  } catch {
    return new Map();
  }
  const all = isMap(manifest) ? fields.map((field) => manifest[field]).filter(isMap) : [];
  return new Map(
    all.flatMap((table) => Object.entries(table).map(([name, range]) => [name, [textOf(range)]] as const)),
  );
}
