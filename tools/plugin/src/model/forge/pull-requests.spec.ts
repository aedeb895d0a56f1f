import type { LoggedCommit } from '../commits/commit-log.ts';
import { pullRequestOf, pullRequestsOf } from './pull-requests.ts';

describe('pullRequestOf', () => {
  it.each([
    ['feat(orders): totals (#12)', 12, 'feat(orders): totals'],
    ['Revert "feat: totals (#12)" (#13)', 13, 'Revert "feat: totals (#12)"'],
    ['Merge pull request #14 from ada/totals', 14, undefined],
    ["Merge pull request 'Totals' (#15) from ada/totals into main", 15, 'Totals'],
    ['Merged PR 16: Totals', 16, 'Totals'],
    ['fix: #17 in the middle', undefined, undefined],
    ['fix: see (#18) for more', undefined, undefined],
    ['(#12345678901234567890)', undefined, undefined],
    ['', undefined, undefined],
  ])('%s', (subject, number, title) => {
    expect(pullRequestOf(subject)).toEqual(number === undefined ? undefined : { number, title });
  });
});

describe('pullRequestsOf', () => {
  /** `id: parents | subject`, newest first. */
  const log = (...lines: string[]) =>
    lines.map((line): LoggedCommit => {
      const [, id = '', parents = '', subject = ''] = /^(\S+): ([^|]*)\|(.*)$/.exec(line) ?? [];
      return { id, parents: parents.trim().split(/\s+/), subject: subject.trim(), author: 'Ada', date: '', paths: [] };
    });
  const numbers = (commits: LoggedCommit[]) =>
    Object.fromEntries([...pullRequestsOf(commits)].map(([id, found]) => [id, found.map(({ number }) => number)]));

  it('finds the merge that brought a commit', () => {
    const commits = log(
      'm2: m1 b1 | Merge pull request #2 from b',
      'b1: a1 | on a branch that began inside the other',
      'm1: x a2 | Merge pull request #1 from a',
      'x: base | on main (#9)',
      'a2: a1 | second',
      'a1: base | first',
    );
    expect(numbers(commits)).toEqual({ m2: [], m1: [], x: [9], a1: [1], a2: [1], b1: [2] });
  });

  it('tells of the inner and the outer where a branch was merged into a branch', () => {
    const commits = log(
      'train: base t2 | Merge pull request #5 from train',
      't2: t1 f | Merge pull request #4 from feature',
      'f: base | feature',
      't1: base | on the train',
    );
    expect(numbers(commits)).toEqual({ train: [], t2: [5], t1: [5], f: [4, 5] });
  });

  it('does not give what was on main to a branch that took it in', () => {
    const commits = log(
      'm: x s | Merge pull request #6 from side',
      's: s1 x | Merge branch main into side',
      's1: base | on the side',
      'x: base | on main',
    );
    expect(numbers(commits)).toEqual({ m: [], x: [], s: [6], s1: [6] });
  });

  it('reads histories that are deep in every way', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `c${i}: p${i} c${i + 1} | Merge pull request #${i + 1} from x`,
    );
    expect(() => pullRequestsOf(log(...lines.slice(0, 2000)))).not.toThrow();
    expect(pullRequestsOf(log(...Array.from({ length: 20_000 }, (_, i) => `c${i}: c${i + 1} | x (#1)`))).size).toBe(
      20_000,
    );
  });
});
