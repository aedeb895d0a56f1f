import { posix } from 'node:path';
import { foldersAbove, inTests, pathFrom, type References } from '../reference.ts';
import type { SourceTree } from '../source-tree.ts';
import type { Pyproject, PythonSource } from './pyproject.ts';
import { parsePythonRequirements } from './python-requirements.ts';

/** A `pyproject.toml` that was read, or why it was not. */
export type ReadPyproject = Pyproject | { readonly mistake: string; readonly line: number };

/** Reports whether a file in a project's folder says what its image needs, by pip. */
export function isRequirementsFile(file: string): boolean {
  return requirementsFile.test(file) && !ofDevelopers.test(posix.basename(file));
}

const requirementsFile = /(^|\/)([^/]*requirements[^/]*\.(txt|in)|requirements\/[^/]+\.(txt|in))$/;
/** Requirements of those who develop, which are in no image. */
const ofDevelopers = /(^|[/._-])(dev|develop|development|tests?|testing|lint|docs?|ci)[._-]/i;

/** Reports whether a file is one that says what a Python package needs, and is TOML. */
export function isPyproject(file: string): boolean {
  return file === 'pyproject.toml' || file.endsWith('/pyproject.toml');
}

/** Finds the folders that Python projects take other packages from. @param read parses a `pyproject.toml`. */
export function findPythonReferences(
  tree: SourceTree,
  references: References,
  read: (text: string) => ReadPyproject,
): void {
  const packages = new PythonPackages(tree, references, read);
  for (const [project, files] of tree.projects) {
    const isTest = inTests(tree.rootOf(project));
    for (const file of files) {
      if (!/\.(toml|txt|in)$/.test(file) || isTest(file)) continue;
      if (isPyproject(file)) packages.follow(project, file);
      else if (isRequirementsFile(file))
        followRequirements(project, file, {
          ...{ tree, references, seen: new Set() },
          isAtRoot: posix.dirname(file) === tree.rootOf(project),
        });
    }
  }
}

/** Follows the paths of a requirements file, and of those that it names. */
function followRequirements(
  project: string,
  file: string,
  shared: {
    readonly tree: SourceTree;
    readonly references: References;
    readonly seen: Set<string>;
    /** A file that is named by one in the project's own folder counts for the project also where no project has it. */
    readonly isAtRoot: boolean;
  },
): void {
  const { tree, references, seen, isAtRoot } = shared;
  if (seen.has(file)) return;
  seen.add(file);
  for (const { names, written, line } of tree.parsed(file, parsePythonRequirements)) {
    const path = nearestPath(file, written, names === 'file' ? [] : [tree.rootOf(project), '.'], tree);
    const reference = { project, file, line, written, path };
    const owner = tree.ownerOf(path);
    const isInput = names === 'file' && isAtRoot && owner === undefined && tree.holds(path);
    if (!isInput) references.follow(reference);
    if (names === 'file' && tree.holds(path)) followRequirements(project, path, shared);
  }
}

/** pip reads a path from where it is started, which is the folder of the file, of the project, or the workspace. */
function nearestPath(file: string, written: string, folders: readonly string[], tree: SourceTree): string {
  const paths = [posix.dirname(file), ...folders].map((folder) => pathFrom(folder, written, tree));
  return paths.find((path) => !path.startsWith('..') && tree.exists(path)) ?? paths[0]!;
}

/** The packages of a workspace that have a `pyproject.toml`. */
class PythonPackages {
  private readonly tree: SourceTree;
  private readonly references: References;
  private readonly read: (text: string) => ReadPyproject;
  private byName: ReadonlyMap<string, string> | undefined;

  constructor(tree: SourceTree, references: References, read: (text: string) => ReadPyproject) {
    this.tree = tree;
    this.references = references;
    this.read = read;
  }

  follow(project: string, file: string): void {
    const found = this.readOrLose(file);
    if (found === undefined) return;
    for (const source of found.sources) this.followSource(project, file, source);
    const workspace = this.workspaceOf(file);
    if (workspace === undefined) return;
    const own = new Set(found.shared.map(({ name }) => name));
    for (const source of this.readOrLose(workspace)?.shared ?? [])
      if (found.needs.has(source.name) && !own.has(source.name)) this.followSource(project, workspace, source);
  }

  private followSource(project: string, file: string, { path, name, line }: PythonSource): void {
    if (path !== undefined) {
      const to = nearestPath(file, path, [], this.tree);
      this.references.follow({ project, file, line, written: path, path: to });
      return;
    }
    const member = this.packageNamed(name);
    if (member === undefined)
      this.references.lose({ project, file, line, written: name }, 'no pyproject.toml of the workspace has this name');
    else this.references.follow({ project, file, line, written: name, path: member });
  }

  /** The folder of a package, whether or not the workspace lists it: uv refuses those that it does not. */
  private packageNamed(name: string): string | undefined {
    this.byName ??= new Map(
      this.tree.files.filter(isPyproject).flatMap((file) => {
        const found = this.readOrLose(file);
        return found?.name === undefined ? [] : [[found.name, posix.dirname(file)] as const];
      }),
    );
    return this.byName.get(name);
  }

  /** The nearest `pyproject.toml` above another one that is the root of a workspace. */
  private workspaceOf(file: string): string | undefined {
    const above = foldersAbove(posix.dirname(file)).map((folder) =>
      folder === '.' ? 'pyproject.toml' : `${folder}/pyproject.toml`,
    );
    return above.find((each) => this.tree.holds(each) && this.readOrLose(each)?.isWorkspace);
  }

  private readOrLose(file: string): Pyproject | undefined {
    const found = this.tree.parsed(file, this.read);
    if (!('mistake' in found)) return found;
    const project = this.tree.ownerOf(file);
    this.references.lose({ project, file, line: found.line, written: 'pyproject.toml' }, found.mistake);
    return undefined;
  }
}
