/** The workspace's files, as far as its references need them. Paths are relative to the workspace's root, with `/`. */
export interface SourceTree {
  /** Names of the projects, and their files. */
  readonly projects: ReadonlyMap<string, readonly string[]>;
  /** All files of the workspace that can hold a reference, those of no project included. */
  readonly files: readonly string[];
  /** Reports whether a file is one of them. */
  holds(file: string): boolean;
  /** Where the workspace lies: what an absolute path is compared with. */
  readonly root: string;
  /** Returns the folder of a project. */
  rootOf(project: string): string;
  /** Returns the project whose folder is nearest above a path, or is the path. */
  ownerOf(path: string): string | undefined;
  /** Reports whether there is a file or folder. */
  exists(path: string): boolean;
  /** Returns a file as a parser reads it: read once for each state of it. */
  parsed<T>(path: string, parse: (text: string, path: string) => T): T;
}
