import type { Dependencies } from './dependency-changes.ts';

/** The files that a service's dependencies are read from, in one commit. Paths are relative to the workspace's root. */
export interface DependencyFiles {
  /** Folder of the service. */
  readonly root: string;
  /** Folders of the projects that it is made of, its own among them. */
  readonly projectRoots: readonly string[];
  /** Names of the npm packages that those need themselves, in the checked-out commit. */
  readonly packages: readonly string[];
  /** The files by their paths. */
  readonly texts: ReadonlyMap<string, string>;
  /** Returns a file's name for a message: `package-lock.json at 1a2b3c4d5e6f`. */
  describe(file: string): string;
}

/** The packages that were found, and what could not be read. */
export interface FoundDependencies {
  readonly dependencies: Dependencies;
  /** As sentences. */
  readonly unknown: readonly string[];
}

/** Reports whether a file lies in a folder, or below. */
export function isBelow(folder: string, file: string): boolean {
  return folder === '.' || file.startsWith(`${folder}/`);
}
