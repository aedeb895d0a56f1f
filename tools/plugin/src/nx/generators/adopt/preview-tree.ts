import type { FileChange, Tree } from '@nx/devkit';
import { posix } from 'node:path';

/** A tree over another one, which it leaves as it is: what is written in it is seen by who reads it, and goes with it. */
export class PreviewTree implements Tree {
  readonly root: string;
  private readonly below: Tree;
  /** By path; null for what was deleted. */
  private readonly changes = new Map<string, Buffer | null>();

  constructor(below: Tree) {
    this.below = below;
    this.root = below.root;
  }

  read(path: string): Buffer | null;
  read(path: string, encoding: BufferEncoding): string | null;
  read(path: string, encoding?: BufferEncoding): Buffer | string | null {
    const change = this.changes.get(tidy(path));
    const content = change === undefined ? this.below.read(tidy(path)) : change;
    return encoding && content ? content.toString(encoding) : content;
  }

  write(path: string, content: Buffer | string): void {
    this.changes.set(tidy(path), Buffer.from(content as string));
  }

  exists(path: string): boolean {
    return this.isFile(path) || this.children(path).length > 0;
  }

  isFile(path: string): boolean {
    const change = this.changes.get(tidy(path));
    return change === undefined ? this.below.isFile(tidy(path)) : change !== null;
  }

  delete(path: string): void {
    this.changes.set(tidy(path), null);
  }

  rename(from: string, to: string): void {
    const content = this.read(from);
    if (content) this.write(to, content);
    this.delete(from);
  }

  children(folder: string): string[] {
    const prefix = tidy(folder) === '.' ? '' : `${tidy(folder)}/`;
    const below = this.below.children(tidy(folder)).filter((name) => this.changes.get(`${prefix}${name}`) !== null);
    const written = [...this.changes]
      .filter(([path, content]) => content !== null && path.startsWith(prefix))
      .map(([path]) => path.slice(prefix.length).split('/')[0]!);
    return [...new Set([...below, ...written])];
  }

  listChanges(): FileChange[] {
    return [...this.changes].map(([path, content]) => {
      const type = content === null ? 'DELETE' : this.below.exists(path) ? 'UPDATE' : 'CREATE';
      return { path, type, content };
    });
  }

  changePermissions(): void {
    // There is no file.
  }
}

function tidy(path: string): string {
  return posix.normalize(path.replaceAll('\\', '/')).replace(/^\/|(?<=.)\/$/g, '') || '.';
}
