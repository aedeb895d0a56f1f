import { posix } from 'node:path';
import type { SourceTree } from './source-tree.ts';

/** A mention of another project in a file: a place, and where it leads. */
export interface Reference {
  /** The project that needs what is referred to; undefined for a file of no project. */
  readonly project: string | undefined;
  readonly file: string;
  readonly line: number;
  /** The reference as it is written. */
  readonly written: string;
  /** Where it leads, relative to the workspace's root. */
  readonly path: string;
}

/** That a project needs another one. */
export interface Edge {
  readonly source: string;
  readonly target: string;
}

/** A reference of which nobody knows to which project it leads. */
export interface LostReference {
  readonly project: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly written: string;
  /** Why, as a clause: `it points nowhere`. */
  readonly reason: string;
  /** The folder of what it leads to, where that is part of no project. */
  readonly folder?: string;
}

/** The references of a workspace's files, found reference by reference. */
export class References {
  private readonly tree: SourceTree;
  private readonly found = new Map<string, Edge>();
  private readonly missed = new Map<string, LostReference>();

  constructor(tree: SourceTree) {
    this.tree = tree;
  }

  get edges(): Edge[] {
    return [...this.found.values()];
  }

  get lost(): LostReference[] {
    return [...this.missed.values()];
  }

  /** Follows a reference to the project that it leads to. */
  follow(reference: Reference): void {
    const { project, path } = reference;
    if (path === '..' || path.startsWith('../')) return this.lose(reference, 'it leads out of the workspace');
    const owner = this.tree.ownerOf(path);
    if (owner !== undefined && this.found.has(`${project}\0${owner}`)) return;
    if (!this.tree.exists(path)) return this.lose(reference, 'it points nowhere');
    if (owner === undefined) {
      const folder = posix.extname(path) === '' ? path : posix.dirname(path);
      return this.lose(reference, `${path} is part of no project`, folder);
    }
    this.add(project, owner);
  }

  /** Keeps that a project needs another one, once. */
  add(source: string | undefined, target: string): void {
    if (source !== undefined && source !== target) this.found.set(`${source}\0${target}`, { source, target });
  }

  /** Keeps a reference that leads to no project, once for each place that it leads to. */
  lose({ project, file, line, written }: Omit<LostReference, 'reason'>, reason: string, folder?: string): void {
    const key = `${project ?? file}\0${written}`;
    if (!this.missed.has(key))
      this.missed.set(key, { project, file, line, written, reason, ...(folder !== undefined && { folder }) });
  }
}

/** Returns a path that is written in a file, relative to the workspace's root. @param folder of that file. */
export function pathFrom(folder: string, written: string, { root }: Pick<SourceTree, 'root'>): string {
  const path = posix.isAbsolute(written) ? posix.relative(root, written) : posix.join(folder, written);
  if (path === '') return '.';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Returns the folders above a path, the nearest first, the workspace's root (`.`) last. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.push(folder);
  return [...folders, '.'];
}

/** Reports whether a file is in the tests folder of a project: what is needed there alone is no content. */
export function inTests(projectRoot: string): (file: string) => boolean {
  const folder = projectRoot === '.' ? 'tests/' : `${projectRoot}/tests/`;
  return (file) => file.startsWith(folder);
}

/** Returns the line, counted from 1, of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
