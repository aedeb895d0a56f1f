import { posix } from 'node:path';
import { fieldAt, isMap } from '../../../manifests/source/object-fields.ts';
import { isDevelopersGroup } from '../../../references/python/pyproject.ts';
import { isRequirementsFile } from '../../../references/python/python-references.ts';
import { foldersAbove } from '../../../references/reference.ts';
import { mergeDependencies, type Dependencies, type Dependency } from '../dependency-changes.ts';
import { isBelow, type DependencyFiles, type FoundDependencies } from '../dependency-files.ts';
import { parseFile, Unreadable, whyNotRead } from '../lock-text.ts';
import { packagesInLock, packagesInPipfileLock, reachedPackages, type LockedPackage } from './python-lock.ts';
import { namedFile, normalizedName, parsePythonRequirements, readRequirement } from './python-requirements.ts';

/** Lock files with a graph of packages, the first that there is counts. */
const graphLocks = ['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml'];

/** Returns those of a service's files that say which Python packages it gets. @param paths all files of its content. */
export function pythonFiles(
  paths: readonly string[],
  { projectRoots }: Pick<DependencyFiles, 'projectRoots'>,
): string[] {
  return paths.filter((path) => {
    const name = posix.basename(path);
    if (graphLocks.includes(name) || name === 'pyproject.toml' || name === 'Pipfile.lock' || isLockOfPip(path))
      return true;
    if (!/\.(txt|in)$/.test(name)) return false;
    // What a file of requirements names with `-r` and `-c` may have any name; it lies beside it, or outside of all projects.
    const isBeside = projectRoots.includes(posix.dirname(path)) || /(^|\/)(requirements|constraints)\//.test(path);
    return isRequirementsFile(path) || isBeside || !projectRoots.some((root) => isBelow(root, path));
  });
}

function isLockOfPip(path: string): boolean {
  return /(^|\/)requirements[^/]*\.lock$/.test(path);
}

/**
 * Returns the Python packages of a service: by lock files, and by what requirements and `pyproject.toml` ask for of packages
 * that no lock file has.
 * @param parseToml TOML's parser.
 */
export function pythonDependencies(all: DependencyFiles, parseToml: (text: string) => unknown): FoundDependencies {
  const reader = new PythonFiles(all, parseToml);
  const own = reader.lockedIn(all.root);
  // The lock file of a service has the packages of its libraries, too.
  const locked = own.size > 0 ? own : mergeDependencies(all.projectRoots.map((root) => reader.lockedIn(root)));
  const { required, declared } = reader.requirements(locked.size > 0);
  const rest = new Map([...required].filter(([name]) => !locked.has(name)));
  const direct = (name: string) => (declared.size === 0 ? undefined : declared.has(name));
  const dependencies = new Map(
    [...locked, ...rest].map(([name, each]) => [name, { ...each, isDirect: direct(name) }] as const),
  );
  return { dependencies, unknown: reader.unknown };
}

/** The files of one commit that are about Python packages, and what cannot be read of them. */
class PythonFiles {
  readonly unknown: string[] = [];
  private readonly files: DependencyFiles;
  private readonly parseToml: (text: string) => unknown;

  constructor(files: DependencyFiles, parseToml: (text: string) => unknown) {
    this.files = files;
    this.parseToml = parseToml;
  }

  /** The packages of a project by the lock file in its folder, or by one above that it is part of. */
  lockedIn(root: string): Dependencies {
    const own = this.lockIn(root);
    if (own !== undefined) return own;
    // A library's packages are those of the service that takes it.
    if (root !== this.files.root) return new Map();
    const above = foldersAbove(root).find((folder) => this.files.texts.has(posix.join(folder, 'uv.lock')));
    return (
      (above === undefined || root === '.' ? undefined : this.memberOf(posix.join(above, 'uv.lock'), root)) ?? new Map()
    );
  }

  private lockIn(folder: string): Dependencies | undefined {
    const file = graphLocks.map((name) => posix.join(folder, name)).find((path) => this.files.texts.has(path));
    if (file !== undefined) {
      const packages = this.read(file, 'TOML', (text) => packagesInLock(this.parseToml(text)));
      if (packages === undefined) return new Map();
      const project = packages.find((each) => each.folder !== undefined && posix.normalize(`${each.folder}/`) === './');
      return reachedPackages(packages, project?.needs ?? this.rootsOf(file, folder, packages));
    }
    const pipfile = posix.join(folder, 'Pipfile.lock');
    if (!this.files.texts.has(pipfile)) return undefined;
    return this.read(pipfile, 'JSON', (text) => {
      const found = packagesInPipfileLock(JSON.parse(text));
      if (typeof found === 'string') throw new Unreadable(pipfile, found);
      return found;
    });
  }

  /** Returns what a member of a workspace needs of the lock file of all; undefined when it is no member. */
  private memberOf(file: string, root: string): Dependencies | undefined {
    const packages = this.read(file, 'TOML', (text) => packagesInLock(this.parseToml(text)));
    if (packages === undefined) return undefined;
    const folder = posix.dirname(file);
    const member = packages.find((each) => each.folder !== undefined && posix.join(folder, each.folder) === root);
    if (member !== undefined) return reachedPackages(packages, member.needs);
    const hasOther = [...this.files.texts.keys()].some((path) => isBelow(root, path) && !path.endsWith('.py'));
    return hasOther ? undefined : reachedPackages(packages, undefined);
  }

  /** Poetry's lock file does not say what the project itself needs. */
  private rootsOf(
    file: string,
    folder: string,
    packages: readonly LockedPackage[],
  ): LockedPackage['needs'] | undefined {
    // Groups, where the lock file has them, tell as much.
    if (!file.endsWith('poetry.lock') || packages.some(({ isForDevelopers }) => isForDevelopers)) return undefined;
    const names = this.declaredIn(posix.join(folder, 'pyproject.toml'));
    if (names.size === 0) return undefined;
    // Those by path are in the lock file, with what they need.
    const local = packages.filter(({ folder: at }) => at !== undefined);
    return [...names.keys(), ...local.map(({ name }) => name)].map((name) => ({ name, version: undefined }));
  }

  /** Returns what a `pyproject.toml` asks for at run time, by name. */
  private declaredIn(file: string): Map<string, Dependency> {
    const found = new Map<string, Dependency>();
    const project = this.files.texts.has(file) ? this.read(file, 'TOML', this.parseToml) : undefined;
    const groups = (table: unknown) =>
      isMap(table) ? Object.entries(table).flatMap(([name, list]) => (isDevelopersGroup(name) ? [] : [list])) : [];
    const lists = [
      fieldAt(project, 'project', 'dependencies'),
      ...groups(fieldAt(project, 'project', 'optional-dependencies')),
      ...groups(fieldAt(project, 'dependency-groups')),
    ];
    for (const each of lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))) {
      const requirement = typeof each === 'string' ? readRequirement(each) : undefined;
      if (requirement) found.set(requirement.name, { versions: [requirement.version] });
    }
    const tables = [
      fieldAt(project, 'tool', 'poetry', 'dependencies'),
      ...groups(fieldAt(project, 'tool', 'poetry', 'group')).map((group) => fieldAt(group, 'dependencies')),
    ];
    for (const [name, asked] of tables.filter(isMap).flatMap(Object.entries)) {
      if (name === 'python' || fieldAt(asked, 'path') !== undefined) continue;
      const version = isMap(asked) ? asked['version'] : asked;
      found.set(normalizedName(name), { versions: [typeof version === 'string' ? version : 'any version'] });
    }
    return found;
  }

  /** Returns what files without a lock ask for, and the names that are asked for by hand. @param isLocked leaves versions of those out. */
  requirements(isLocked: boolean): { required: Map<string, Dependency>; declared: ReadonlySet<string> } {
    const { texts, projectRoots } = this.files;
    const exact: Dependencies[] = [];
    const others: Dependencies[] = [];
    const declared = new Set<string>();
    const start = [...texts.keys()].filter((file) => isRequirementsFile(file) || isLockOfPip(file));
    const files = new Set(start.filter((file) => projectRoots.some((root) => isBelow(root, file))));
    // A set is walked in the order of insertion, also of what is inserted meanwhile.
    for (const file of files)
      for (const each of this.read(file, 'text', parsePythonRequirements) ?? []) {
        if (each.kind === 'package') {
          (each.isExact ? exact : others).push(new Map([[each.name, { versions: [each.version] }]]));
          if (file.endsWith('.in')) declared.add(each.name);
        } else {
          const named = namedFile(file, each.file);
          if (named !== undefined && texts.has(named)) files.add(named);
        }
      }
    for (const root of projectRoots) {
      const project = this.declaredIn(posix.join(root, 'pyproject.toml'));
      for (const name of project.keys()) declared.add(name);
      // Its requirements files, where it has some, are what is installed.
      if (!isLocked && !start.some((file) => isBelow(root, file))) others.push(project);
    }
    const found = mergeDependencies(exact);
    for (const [name, each] of mergeDependencies(others)) if (!found.has(name)) found.set(name, each);
    return { required: found, declared };
  }

  private read<T>(file: string, format: string, parse: (text: string) => T): T | undefined {
    const text = this.files.texts.get(file) ?? '';
    try {
      const reason = whyNotRead(text);
      if (reason !== undefined) throw new Unreadable(file, reason);
      return parseFile(file, format, () => parse(text));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      const sentence = `${this.files.describe(file)}: ${error.message}`;
      if (!this.unknown.includes(sentence)) this.unknown.push(sentence);
      return undefined;
    }
  }
}
