import { posix } from 'node:path';
import { foldersAbove, inTests, pathFrom, type References } from '../reference.ts';
import type { SourceTree } from '../source-tree.ts';
import { parseGoImports } from './go-imports.ts';
import { parseGoModuleFile, type GoModuleFile } from './go-module-file.ts';

/** Folders of modules that files find without a download, by their paths. */
type LocalModules = ReadonlyMap<string, string>;

/**
 * Finds what Go files need of other projects: a folder that the `go.mod` of a project puts in the place of a module, and
 * packages that its files import of a module at hand: its own, one of `replace`, one that `go.work` uses.
 */
export function findGoReferences(tree: SourceTree, references: References): void {
  const files = tree.files.filter((file) => /(^|\/)go\.(mod|work)$/.test(file));
  if (files.length === 0) return;
  const modules = new GoModules(tree, files);
  for (const file of files) followFolders(file, tree, references);
  for (const [project, files] of tree.projects) {
    const sources = files.filter(isGoSource);
    if (sources.length === 0) continue;
    const isTest = inTests(tree.rootOf(project));
    const ofProduct = sources.filter((file) => !file.endsWith('_test.go') && !isTest(file));
    // Tests beside what they test are no part of it; a project of nothing but tests needs what they need.
    for (const file of ofProduct.length > 0 ? ofProduct : sources) followImports(file, project);
  }

  function followImports(file: string, project: string): void {
    const scope = modules.scopeOf(posix.dirname(file), project);
    if (scope.length === 0) return;
    for (const imported of tree.parsed(file, parseGoImports)) {
      const path = folderOf(imported.package, scope);
      if (path === undefined || tree.ownerOf(path) === project) continue;
      references.follow({ project, file, line: imported.line, written: imported.package, path });
    }
  }
}

/** A folder of `replace` is needed by the module that names it, also where only another module imports it. */
function followFolders(file: string, tree: SourceTree, references: References): void {
  const folder = posix.dirname(file);
  for (const { line, folder: written } of tree.parsed(file, parseGoModuleFile).folders) {
    const path = pathFrom(folder, written, tree);
    const project = file.endsWith('go.mod') ? tree.ownerOf(file) : undefined;
    if (project !== undefined) references.follow({ project, file, line, written, path });
    else if (!tree.exists(path)) references.lose({ project, file, line, written }, 'it points nowhere');
  }
}

/** Reports whether the go command takes a file into a package (`go help packages`). */
function isGoSource(file: string): boolean {
  return file.endsWith('.go') && !/(^|\/)(testdata|vendor|[_.][^/]*)(\/|$)/.test(file);
}

/** Returns the folder of a package; undefined when it is of no local module. The longest module path is meant, as in Go. */
function folderOf(name: string, scope: readonly LocalModules[]): string | undefined {
  for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
    const module = name.slice(0, end);
    for (const modules of scope) {
      const folder = modules.get(module);
      if (folder !== undefined) return end === name.length ? folder : posix.join(folder, name.slice(end));
    }
  }
  return undefined;
}

/** The modules of a workspace, and which of them a file finds. */
class GoModules {
  private readonly tree: SourceTree;
  private readonly moduleFiles: ReadonlyMap<string, GoModuleFile>;
  private readonly workspaceFiles: ReadonlyMap<string, GoModuleFile>;
  private readonly scopes = new Map<string, readonly LocalModules[]>();
  private readonly folders = new Map<string, LocalModules>();
  private readonly outers: ReadonlySet<string>;

  constructor(tree: SourceTree, files: readonly string[]) {
    const named = (name: string) =>
      new Map(
        files
          .filter((file) => posix.basename(file) === name)
          .map((file) => [posix.dirname(file), tree.parsed(file, parseGoModuleFile)] as const),
      );
    this.tree = tree;
    this.moduleFiles = named('go.mod');
    this.workspaceFiles = named('go.work');
    // Folders that have a project inside them.
    this.outers = new Set([...tree.projects.keys()].flatMap((name) => foldersAbove(tree.rootOf(name))));
  }

  /**
   * Returns the modules of which the files of a folder may import packages of other projects; none where that cannot be,
   * so that the files of most services are not read.
   */
  scopeOf(folder: string, project: string): readonly LocalModules[] {
    const key = `${project}\0${folder}`;
    let scope = this.scopes.get(key);
    if (!scope) this.scopes.set(key, (scope = this.findScope(folder, project)));
    return scope;
  }

  private findScope(folder: string, project: string): LocalModules[] {
    const home = [...new Set([folder, ...foldersAbove(folder)])].find((each) => this.moduleFiles.has(each));
    if (home === undefined) return [];
    const own = this.moduleFiles.get(home)!;
    const workspace = [...new Set([home, ...foldersAbove(home)])].find((each) => this.workspaceFiles.has(each));
    const holdsOthers = this.tree.ownerOf(home) !== project || this.outers.has(home);
    if (workspace === undefined && !holdsOthers) return [];
    const modules = [this.foldersOf(home, own)];
    return workspace === undefined
      ? modules
      : [...modules, this.foldersOf(workspace, this.workspaceFiles.get(workspace)!)];
  }

  /** The module of a file, and those that it names. */
  private foldersOf(base: string, file: GoModuleFile): LocalModules {
    const known = this.folders.get(`${base}\0${file.module}`);
    if (known) return known;
    const found = new Map<string, string>();
    for (const { module, folder } of file.folders) {
      const path = pathFrom(base, folder, this.tree);
      const name = module ?? this.moduleFiles.get(path)?.module;
      if (name !== undefined) found.set(name, path);
    }
    if (file.module !== undefined) found.set(file.module, base);
    this.folders.set(`${base}\0${file.module}`, found);
    return found;
  }
}
