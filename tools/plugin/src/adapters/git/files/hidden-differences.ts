import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { HiddenDifference } from '../../../ports/repository/source-files.ts';
import { Git } from '../git.ts';
import { records, type GitFile, type IndexedFile } from './tree-listing.ts';

/** What a file begins with which the filter of this name has not made yet, as it writes that into commits. */
const unmade: Readonly<Record<string, { readonly kind: HiddenDifference['kind']; readonly beginnings: string[] }>> = {
  // The second is what Git LFS wrote before it was called so.
  lfs: {
    kind: 'lfs-pointer',
    beginnings: ['version https://git-lfs.github.com/spec/', 'version https://hawser.github.com/spec/'],
  },
  'git-crypt': { kind: 'encrypted', beginnings: ['\0GITCRYPT\0'] },
};
const longestBeginning = 64;

/**
 * Finds files that are on the disk otherwise than the commit has them, though `git status` keeps silent about them.
 * @param filtered what attributes give one of the filters. @param hash of files on the disk, as git names blobs.
 */
export async function findHiddenDifferences(
  folder: string,
  { index, filtered }: { readonly index: readonly IndexedFile[]; readonly filtered: readonly string[] },
  hash: (files: readonly { path: string; mode: string }[]) => Promise<readonly GitFile[]>,
): Promise<HiddenDifference[]> {
  const found = await Promise.all([
    // `S` is skip-worktree; a small letter is assume-unchanged. Both are looked at no more by git.
    differences(
      index.filter(({ mark }) => /[Sa-z]/.test(mark)),
      folder,
      hash,
    ),
    unmadeAmong(filtered, folder),
    ...index.filter(({ mode }) => mode === '160000').map((each) => submoduleDifference(each, folder)),
  ]);
  return found.flat();
}

/**
 * Returns the paths that attributes give one of the filters. Which of them, their content says.
 * @param where arguments of git that stand for folders.
 */
export async function filteredPaths(git: Git, where: readonly string[]): Promise<string[]> {
  const specs = Object.keys(unmade).flatMap((filter) =>
    where.map((folder) => `:(literal,attr:filter=${filter})${folder}`),
  );
  const { code, stdout, stderr } = await git.run(['ls-files', '-z', '--', ...specs], {
    env: { GIT_LITERAL_PATHSPECS: '0' },
  });
  if (code !== 0) throw new Error(`git ls-files by attribute ended with ${code}: ${stderr.trim()}`);
  return records(stdout.toString());
}

/** Of files that git does not watch: those that are not there, and those that are another text. */
async function differences(
  files: readonly GitFile[],
  folder: string,
  hash: (files: readonly { path: string; mode: string }[]) => Promise<readonly GitFile[]>,
): Promise<HiddenDifference[]> {
  const there = await Promise.all(files.map(({ path }) => lstat(join(folder, path)).catch(() => undefined)));
  const missing = files.filter((_, i) => !there[i]).map(({ path }) => ({ path, kind: 'not-checked-out' as const }));
  const present = files.flatMap((file, i) => (there[i] && file.mode !== '160000' ? [file] : []));
  const onDisk = new Map((await hash(present)).map(({ path, object }) => [path, object]));
  const changed = present.filter(({ path, object }) => onDisk.get(path) !== object);
  return [...missing, ...changed.map(({ path }) => ({ path, kind: 'unwatched-change' as const }))];
}

async function unmadeAmong(paths: readonly string[], folder: string): Promise<HiddenDifference[]> {
  const found: HiddenDifference[] = [];
  for (const path of paths) {
    const text = await beginningOf(join(folder, path));
    const filter = Object.values(unmade).find(({ beginnings }) => beginnings.some((each) => text.startsWith(each)));
    if (filter) found.push({ path, kind: filter.kind });
  }
  return found;
}

/** The first characters of a file; empty for what is none. */
async function beginningOf(path: string): Promise<string> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile()) return '';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestBeginning), 0, longestBeginning, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A submodule that is not there, is at another commit or has changes, which settings may hide from `git status`. */
async function submoduleDifference({ path, object }: GitFile, folder: string): Promise<HiddenDifference[]> {
  const inside = join(folder, path);
  const isThere = await lstat(join(inside, '.git')).catch(() => undefined);
  if (!isThere) return [{ path, kind: 'submodule-missing' }];
  const git = new Git(inside);
  const [head, changes] = await Promise.all([
    git.run(['rev-parse', 'HEAD']),
    git.run(['status', '--porcelain', '--untracked-files=all', '--ignore-submodules=none']),
  ]);
  const isAsCommitted = head.stdout.toString().trim() === object && changes.code === 0 && changes.stdout.length === 0;
  return isAsCommitted ? [] : [{ path, kind: 'submodule-change' }];
}
