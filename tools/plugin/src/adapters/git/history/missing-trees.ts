import type { Clone } from '../clone.ts';
import { originRefusal } from '../origin/origin-refusals.ts';

/** For the trees of thousands of commits. */
const timeoutMs = 60_000;
/** Commits whose trees are brought at most. */
const mostCommits = 20_000;

/**
 * Brings the trees of commits and of their parents into a clone that leaves them out (`--filter=tree:0`), in one fetch. Git
 * itself fetches them when it meets them: once for each commit.
 * @param revisions as `git rev-list` takes them, a line each. @param isWalked whether what they reach is meant, too.
 * @throws {Refusal} when the origin does not give them.
 */
export async function bringTrees(clone: Clone, revisions: readonly string[], isWalked: boolean): Promise<void> {
  if (!(await leavesTreesOut(clone)) || revisions.length === 0) return;
  const commits = await readTrees(clone, revisions, isWalked);
  const parents = new Set(commits.flatMap(({ parents: all }) => all));
  for (const { id } of commits) parents.delete(id);
  const before = parents.size === 0 ? [] : await readTrees(clone, [...parents], false);
  const trees = [...new Set([...commits, ...before].map(({ tree }) => tree))];
  if (trees.length === 0) return;
  // As git's own fetch of what it lacks: nothing is negotiated, because it says to have commits whose trees are not here.
  const args = [
    ...['-c', 'fetch.negotiationAlgorithm=noop', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false', 'fetch', '--quiet'],
    ...['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--filter=blob:none', '--stdin', 'origin'],
  ];
  const result = await clone.git.run(args, { input: trees.map((tree) => `${tree}\n`).join(''), timeoutMs });
  if (result.code === 0) return;
  const address = (await clone.findOrigin())?.address ?? 'origin';
  throw originRefusal(`fetch the trees of ${commits.length} commits`, address, result);
}

async function leavesTreesOut({ git }: Clone): Promise<boolean> {
  const { stdout } = await git.run(['config', '--get', 'remote.origin.partialclonefilter']);
  return stdout.toString().startsWith('tree:');
}

interface CommitTree {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
}

/** Reads commits with the names of their trees: these are in the commits themselves. */
async function readTrees({ git }: Clone, revisions: readonly string[], isWalked: boolean): Promise<CommitTree[]> {
  const walk = isWalked ? [`--max-count=${mostCommits}`] : ['--no-walk'];
  const args = ['rev-list', ...walk, '--ignore-missing', '--stdin', '--format=%H %T %P'];
  const text = await git.text(args, { input: revisions.map((each) => `${each}\n`).join('') });
  return text.split('\n').flatMap((line): CommitTree[] => {
    // Each comes with a line `commit …` before it.
    const [id = '', tree = '', ...parents] = line.split(' ');
    return line === '' || id === 'commit' ? [] : [{ id, tree, parents: parents.filter((each) => each !== '') }];
  });
}
