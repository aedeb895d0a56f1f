import type { Git } from '../git.ts';
import { records } from '../files/tree-listing.ts';

/** Parents of every commit that some commits reach, children before parents. */
export async function readCommitParents(git: Git, tips: readonly string[]): Promise<Map<string, string[]>> {
  const input = [...new Set(tips)].map((tip) => `${tip}\n`).join('');
  const text = await git.text(['rev-list', '--topo-order', '--parents', '--stdin'], { input });
  const parents = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [commit = '', ...rest] = line.split(' ');
    if (commit !== '') parents.set(commit, rest);
  }
  return parents;
}

/** When each commit was written, ISO 8601. @param commits full object names; those that are not here are left out. */
export async function readAuthorDates(git: Git, commits: readonly string[]): Promise<Map<string, string>> {
  // Of no commit git would tell of HEAD.
  if (commits.length === 0) return new Map();
  const which = ['--ignore-missing', '--no-walk=unsorted', '--stdin'];
  const format = ['--no-show-signature', '--no-patch', '--no-color', '--format=%H %aI'];
  const text = await git.text(['log', ...which, ...format], { input: commits.map((commit) => `${commit}\n`).join('') });
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

/**
 * Paths that each commit changes, relative to the workspace's root; of a merge those that differ from all its parents.
 * @param prefix folder of the workspace in its repository, with a slash at its end, or empty.
 */
export async function readChangedPaths(
  git: Git,
  commits: readonly string[],
  prefix: string,
): Promise<Map<string, string[]>> {
  const paths = new Map<string, string[]>(commits.map((commit) => [commit, []]));
  if (commits.length === 0) return paths;
  const args = ['diff-tree', '--stdin', '-r', '-c', '--root', '--name-only', '--no-renames', '-z'];
  const output = await git.text(args, { input: commits.map((commit) => `${commit}\n`).join('') });
  let current: string[] | undefined;
  const order = new Map(commits.map((commit, index) => [commit, index]));
  let last = -1;
  for (const token of records(output)) {
    // Commits come in the order in which they were asked for; those that change nothing are left out.
    const at = order.get(token) ?? -1;
    if (at > last) {
      current = paths.get(token);
      last = at;
    } else if (token.startsWith(prefix)) current?.push(token.slice(prefix.length));
  }
  return paths;
}
