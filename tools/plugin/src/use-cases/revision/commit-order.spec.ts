import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitRepository } from '../../adapters/git/git-repository.ts';
import { compareCommits, describeInBrief, isOnBranch } from './commit-order.ts';

const temp = mkdtempSync(join(tmpdir(), 'commit-order-'));
afterAll(() => rmSync(temp, { recursive: true }));

function git(folder: string, ...args: string[]): string {
  const settings = [
    'user.name=Ada',
    'user.email=ada@example.com',
    'init.defaultBranch=main',
    'uploadpack.allowAnySHA1InWant=true',
  ];
  const options = settings.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...options, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/**
 * An origin with `1 - 2 - 3` on `main`, `1 - side` on `side`, and `gone`, which no branch has; and a clone of it.
 * @param depth of the clone; complete when omitted.
 */
function cloneOf(name: string, depth?: number) {
  const folder = (kind: string) => join(temp, `${name}-${kind}`);
  const [source, bare, clone] = ['source', 'bare', 'clone'].map(folder) as [string, string, string];
  git(temp, 'init', '--quiet', source);
  const commit = (subject: string) => {
    git(source, 'commit', '--quiet', '--allow-empty', '--message', subject);
    return git(source, 'rev-parse', 'HEAD');
  };
  const commits = { first: commit('1'), second: commit('2'), third: commit('3') };
  git(source, 'checkout', '--quiet', '-b', 'side', commits.first);
  const side = commit('side');
  const gone = commit('gone');
  git(source, 'reset', '--quiet', '--hard', side);
  git(temp, 'clone', '--quiet', '--bare', `file://${source}`, bare);
  git(bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  git(temp, 'clone', '--quiet', '--branch=main', ...(depth ? [`--depth=${depth}`] : []), `file://${bare}`, clone);
  return { ...commits, side, gone, repository: new GitRepository(clone), clone };
}

describe.each([
  ['a complete clone', undefined],
  ['a shallow clone', 1],
])('compareCommits in %s', (name, depth) => {
  const { first, second, third, side, gone, repository } = cloneOf(name.replaceAll(' ', '-'), depth);
  const compare = (commit: string, other: string) => compareCommits(commit, other, { repository });

  it('tells which of two commits comes first', async () => {
    expect(await compare(third, third)).toEqual({ kind: 'same' });
    expect(await compare(third, first)).toEqual({ kind: 'after' });
    expect(await compare(second, third)).toEqual({ kind: 'before' });
  });

  it('tells where two branches part', async () => {
    expect(await compare(side, third)).toEqual({ kind: 'apart', base: first });
    expect(await compare(third, side)).toEqual({ kind: 'apart', base: first });
  });

  it('does not know the order of a commit that nobody has any more', async () => {
    const why = `commit ${gone.slice(0, 12)} is neither here nor at the origin`;
    expect(await compare(third, gone)).toEqual({ kind: 'unknown', why });
    expect(await describeInBrief(gone, { repository })).toBe(gone.slice(0, 12));
  });

  it('tells what a branch has at the origin', async () => {
    const has = (commit: string, branch = 'main') => isOnBranch(commit, branch, { repository });
    expect(await Promise.all([first, third, side, gone].map((commit) => has(commit)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(await has(first, 'no-such-branch')).toBe(false);
  });
});

it('says of histories that have nothing in common that they are apart', async () => {
  const { third, clone, repository } = cloneOf('unrelated');
  git(clone, 'checkout', '--quiet', '--orphan', 'other');
  git(clone, 'commit', '--quiet', '--allow-empty', '--message', 'other');
  const other = git(clone, 'rev-parse', 'HEAD');
  expect(await compareCommits(other, third, { repository })).toEqual({ kind: 'apart', base: undefined });
});
