import type { CommitsApart, LoggedCommit } from '../../../model/commits/commit-log.ts';
import type { Git } from '../git.ts';
import { below } from '../files/tree-listing.ts';

/** Commits that are read at most; between two releases nobody reads more. */
const mostCommits = 20_000;
/** Folders that are given to git as arguments; beyond it git lists all files and we pick. */
const mostFolderArguments = 200;
/** Settings that override the user's: paths begin at the repository's root and names are UTF-8. */
const usualLog = ['-c', 'log.follow=false', 'log', '--no-show-signature', '--encoding=UTF-8', '--no-color', '-z'];

/**
 * Returns the commits that each of two commits has and the other has not.
 * @param prefix path of the workspace's root inside the repository: empty, or with a slash at its end.
 * @param folders paths of files below them are listed, relative to the workspace's root.
 */
export async function readCommitsApart(
  git: Git,
  prefix: string,
  [from, to]: readonly [string, string],
  folders: readonly string[],
): Promise<CommitsApart> {
  const range = [`--max-count=${mostCommits}`, `${from}...${to}`];
  const where = folders.length > mostFolderArguments ? ['.'] : folders.map((folder) => (folder === '' ? '.' : folder));
  // Without history simplification: a commit counts, also when a merge took the other side.
  const files = ['--no-merges', '--full-history', '--name-only', '--no-renames', '--no-relative', '--format=%x00%H'];
  const [log, touched] = await Promise.all([
    git.text([...usualLog, '--left-right', '--format=%m%H%n%P%n%aN%n%aI%n%s', ...range, '--']),
    where.length === 0 ? '' : git.text([...usualLog, ...files, ...range, '--', ...where]),
  ]);
  const isBelow = below(folders);
  const pathsOf = parseTouchedFiles(touched, prefix);
  const found = parseLog(log).map(({ side, ...commit }) => {
    return { side, commit: { ...commit, paths: (pathsOf.get(commit.id) ?? []).filter(isBelow) } };
  });
  const only = (wanted: string) => found.filter(({ side }) => side === wanted).map(({ commit }) => commit);
  return { onlyInFrom: only('<'), onlyInTo: only('>'), isCut: found.length >= mostCommits };
}

/** Reads `git log -z --format=%m%H%n%P%n%aN%n%aI%n%s`. */
function parseLog(log: string): (Omit<LoggedCommit, 'paths'> & { side: string })[] {
  return log
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [marked = '', parents = '', author = '', date = '', subject = ''] = entry.split('\n');
      return {
        side: marked.slice(0, 1),
        id: marked.slice(1),
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author,
        date,
        subject,
      };
    });
}

/**
 * Reads `git log -z --name-only --format=%x00%H`: for each commit an empty field, its name, and its files, the first of
 * them after a line break.
 */
export function parseTouchedFiles(output: string, prefix: string): Map<string, string[]> {
  const files = new Map<string, string[]>();
  let current: string[] | undefined;
  const fields = output.split('\0');
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    if (field === '') {
      const id = fields[++i] ?? '';
      if (id !== '') files.set(id, (current = []));
    } else {
      current?.push(current.length === 0 ? field.replace(/^\n/, '') : field);
    }
  }
  for (const [id, paths] of files)
    files.set(
      id,
      paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)),
    );
  return files;
}
