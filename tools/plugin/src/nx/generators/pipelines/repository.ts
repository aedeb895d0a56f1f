import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The git repository that holds a workspace. */
export interface Repository {
  /** Folder of the workspace in it, with `/`; empty where it is the repository's root, or there is none. */
  readonly folder: string;
  /** The main branch, where the clone knows that of its origin. */
  readonly branch: string | undefined;
}

/** Finds the repository of a workspace by its `.git`, and asks no program: Nx looks whether files are in step before many a command. */
export function findRepository(workspaceRoot: string): Repository {
  for (let root = workspaceRoot; ; root = dirname(root)) {
    if (existsSync(join(root, '.git')))
      return { folder: relative(root, workspaceRoot).replaceAll(sep, '/'), branch: branchOfOrigin(join(root, '.git')) };
    if (root === dirname(root)) return { folder: '', branch: undefined };
  }
}

function branchOfOrigin(git: string): string | undefined {
  const head = join(git, 'refs/remotes/origin/HEAD');
  if (!existsSync(head)) return undefined;
  return /^ref: refs\/remotes\/origin\/(.*)$/m.exec(readFileSync(head, 'utf8'))?.[1];
}
