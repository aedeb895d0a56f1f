/** Where files are taken from: a commit's full name, or the files as they lie on the disk. */
export type FilesSource = { readonly commit: string } | 'working-tree';

/** The end of a symbolic link. */
export interface LinkTarget {
  /** The path as it is written in the link. */
  readonly written: string;
  /** True when it leads out of the workspace. */
  readonly isOutside: boolean;
  /**
   * Blob names by path of the files that it stands for: one, or, of a folder, all in it. None when it leads out of the
   * workspace, in a circle, or to what git does not keep.
   */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A path that is on the disk otherwise than the commit has it, though `git status` does not say so. `not-checked-out`: left
 * out by a sparse checkout. `unwatched-change`: changed, and git was told to look away (skip-worktree, assume-unchanged).
 * `lfs-pointer`, `encrypted`: what Git LFS or git-crypt keep in commits in the file's place. `submodule-missing`,
 * `submodule-change`: its folder is empty, or not at the commit that is kept of it.
 */
export interface HiddenDifference {
  readonly path: string;
  readonly kind:
    'not-checked-out' | 'unwatched-change' | 'lfs-pointer' | 'encrypted' | 'submodule-missing' | 'submodule-change';
}

/** The files of the workspace: those that commits hold, and those in the working tree. */
export interface SourceFiles {
  /** Returns a file's text in each of some commits; those that do not have it, or are not here, are left out. */
  readFileAt(path: string, commits: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Returns the paths, relative to the workspace's root, that differ from HEAD or are untracked (ignored ones excluded). */
  dirtyPaths(): Promise<string[]>;
  /** Returns the paths below `folders` that differ from HEAD without being dirty for git. */
  hiddenDifferences(folders: readonly string[]): Promise<HiddenDifference[]>;
  /** Returns the paths below `folders` that git ignores. A wholly ignored folder is one entry with a slash at its end. */
  ignoredPaths(folders: readonly string[]): Promise<string[]>;
  /**
   * Returns the blob names by path of the files that the commit holds below `folders` (a file counts as its own folder,
   * the workspace's root is `.`). Fetches a commit that is missing here. A name ends in `+x` for an executable, `+link`
   * for a symbolic link, `+submodule` for a submodule's commit: how a file is kept is part of its content.
   */
  blobs(commit: string, folders: readonly string[]): Promise<Map<string, string>>;
  /** Returns where symbolic links lead, by their paths. */
  linkTargets(source: FilesSource, links: readonly string[]): Promise<Map<string, LinkTarget>>;
  /** Returns the blob names by path of the files in the working tree below `folders` (tracked and untracked, not ignored). */
  workingTreeBlobs(folders: readonly string[]): Promise<Map<string, string>>;
  /**
   * Returns the contents by path of the files below some folders, whatever they hold: those of a commit, which is fetched
   * when it is missing here, or those in the working tree that git does not ignore. Links are read through, as of texts.
   */
  contents(source: FilesSource, folders: readonly string[]): Promise<Map<string, Uint8Array>>;
  /**
   * Returns the texts by path of the files that the commit holds below a folder, or some. Fetches a commit that is missing
   * here. A symbolic link is read through, one to a folder as if the files in it were there.
   */
  texts(commit: string, folders: string | readonly string[]): Promise<Map<string, string>>;
  /** Returns the texts by path of the files in the working tree below `folder` (not ignored). */
  workingTreeTexts(folder: string): Promise<Map<string, string>>;
}
