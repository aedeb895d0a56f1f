/** A file as git keeps it. */
export interface GitFile {
  /** Relative to the workspace's root, with `/`. */
  readonly path: string;
  /** `100644` file, `100755` executable, `120000` symbolic link, `160000` submodule. */
  readonly mode: string;
  /** Name of the blob. */
  readonly object: string;
}

/** Reads `git ls-tree -r -z --full-tree`, whose paths begin at the repository's root. */
export function parseTree(output: string, prefix: string): GitFile[] {
  return records(output).flatMap((record) => {
    const [, mode = '', object = '', path = ''] = /^(\d{6}) \w+ ([0-9a-f]+)\t([^]*)$/.exec(record) ?? [];
    return path.startsWith(prefix) && path !== '' ? [{ path: path.slice(prefix.length), mode, object }] : [];
  });
}

/** A file of the index. */
export interface IndexedFile extends GitFile {
  /** `H`; `S` for one that is left out (skip-worktree); a small letter for one that git is told not to look at. */
  readonly mark: string;
}

/** Reads `git ls-files -v -s -z`. A file in conflict has several entries, each with a stage; its last one is taken. */
export function parseIndex(output: string): IndexedFile[] {
  const files = new Map<string, IndexedFile>();
  for (const record of records(output)) {
    const [, mark = '', mode = '', object = '', path = ''] = /^(\S) (\d{6}) ([0-9a-f]+) \d\t([^]*)$/.exec(record) ?? [];
    if (path !== '') files.set(path, { path, mode, object, mark });
  }
  return [...files.values()];
}

/**
 * Returns the name of a file's content: its blob, and how it is kept, because an executable bit or a link changes an
 * image as much as a byte does.
 */
export function blobName({ mode, object }: Pick<GitFile, 'mode' | 'object'>): string {
  const kept = { '100755': '+x', '120000': '+link', '160000': '+submodule' }[mode] ?? '';
  return object + kept;
}

/**
 * Returns a test for files below folders. The workspace's root is `.` or an empty text; a file counts as its own
 * folder.
 */
export function below(folders: readonly string[]): (path: string) => boolean {
  const clean = folders
    .map((folder) => folder.replace(/^(\.\/)+|\/+$/g, ''))
    .map((folder) => (folder === '.' ? '' : folder));
  const known = new Set(clean);
  if (known.has('')) return () => true;
  // There may be thousands of both.
  return (path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
      if (known.has(path.slice(0, end))) return true;
    return false;
  };
}

/** Splits what `-z` ends with NUL. */
export function records(output: string): string[] {
  return output.split('\0').filter((record) => record !== '');
}
