import type { CreateDependenciesContext } from '@nx/devkit';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceTree } from '../../../model/references/source-tree.ts';

/** The parsed files of before, by their paths and parsers: with Nx's daemon, nothing is read twice in the same state. */
const parsedBefore = new Map<string, { readonly hash: string; readonly values: Map<unknown, unknown> }>();

/** The workspace as Nx listed its files, read from the disk when a file is asked for. */
export class WorkspaceTree implements SourceTree {
  readonly projects: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly string[];
  readonly root: string;
  private readonly roots: ReadonlyMap<string, string>;
  private readonly projectByRoot: ReadonlyMap<string, string>;
  private readonly hashes: Map<string, string>;

  constructor(
    workspaceRoot: string,
    projects: CreateDependenciesContext['projects'],
    { projectFileMap, nonProjectFiles }: CreateDependenciesContext['fileMap'],
  ) {
    const files: string[] = [];
    this.hashes = new Map();
    const keep = ({ file, hash }: { readonly file: string; readonly hash: string }) => {
      files.push(file);
      this.hashes.set(file, hash);
      return file;
    };
    this.root = workspaceRoot;
    this.roots = new Map(Object.entries(projects).map(([name, { root }]) => [name, root]));
    this.projectByRoot = new Map([...this.roots].map(([name, root]) => [root, name]));
    this.projects = new Map(Object.entries(projectFileMap).map(([name, own]) => [name, own.map(keep)]));
    nonProjectFiles.forEach(keep);
    this.files = files;
  }

  rootOf(project: string): string {
    return this.roots.get(project) ?? '.';
  }

  ownerOf(path: string): string | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const project = this.projectByRoot.get(path.slice(0, end));
      if (project !== undefined) return project;
    }
    return this.projectByRoot.get('.');
  }

  holds(file: string): boolean {
    return this.hashes.has(file);
  }

  exists(path: string): boolean {
    return this.hashes.has(path) || this.projectByRoot.has(path) || existsSync(join(this.root, path));
  }

  parsed<T>(path: string, parse: (text: string, path: string) => T): T {
    const hash = this.hashes.get(path) ?? '';
    const place = `${this.root}/${path}`;
    let known = parsedBefore.get(place);
    if (known?.hash !== hash || hash === '') parsedBefore.set(place, (known = { hash, values: new Map() }));
    if (!known.values.has(parse)) known.values.set(parse, parse(readFileSync(place, 'utf8'), path));
    return known.values.get(parse) as T;
  }
}
