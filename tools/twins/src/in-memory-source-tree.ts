import type { SourceTree } from '../../plugin/src/model/references/source-tree.ts';

/** A workspace whose files are texts by path. */
export class InMemorySourceTree implements SourceTree {
  readonly root = '/workspace';
  readonly projects: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly string[];
  /** Paths of files that were read, one for each time. */
  readonly reads: string[] = [];
  private readonly texts: Readonly<Record<string, string>>;
  private readonly roots: Readonly<Record<string, string>>;

  /** @param roots folders of the projects, by name. */
  constructor(roots: Readonly<Record<string, string>>, texts: Readonly<Record<string, string>>) {
    this.texts = texts;
    this.roots = roots;
    this.files = Object.keys(texts);
    this.projects = new Map(
      Object.keys(roots).map((name) => [name, this.files.filter((file) => this.ownerOf(file) === name)]),
    );
  }

  rootOf(project: string): string {
    return this.roots[project]!;
  }

  ownerOf(path: string): string | undefined {
    const above = Object.entries(this.roots).filter(
      ([, root]) => root === '.' || path === root || path.startsWith(`${root}/`),
    );
    const depth = (root: string) => (root === '.' ? 0 : root.split('/').length);
    return above.sort(([, a], [, b]) => depth(b) - depth(a))[0]?.[0];
  }

  holds(file: string): boolean {
    return file in this.texts;
  }

  exists(path: string): boolean {
    return path === '.' || this.files.some((file) => file === path || file.startsWith(`${path}/`));
  }

  parsed<T>(path: string, parse: (text: string, path: string) => T): T {
    this.reads.push(path);
    return parse(this.texts[path]!, path);
  }
}
