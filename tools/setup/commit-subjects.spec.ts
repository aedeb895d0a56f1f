import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longestSubject, longSubjects } from './commit-subjects.ts';

const folder = mkdtempSync(join(tmpdir(), 'poc-commits-'));
const repository = join(folder, 'repository');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (cwd: string, seconds: number, ...args: string[]) => {
  const date = `@${seconds} +0000`;
  const person = { GIT_AUTHOR_NAME: 'ada', GIT_AUTHOR_EMAIL: 'ada@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'ada', GIT_COMMITTER_EMAIL: 'ada@example.com', GIT_COMMITTER_DATE: date };
  const env = { ...process.env, ...person, ...committer, GIT_CONFIG_GLOBAL: '/dev/null' };
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
};
const commit = (seconds: number, subject: string) => {
  git(repository, seconds, 'commit', '--allow-empty', '-m', `${subject}\n\n${'A long line of a body. '.repeat(9)}`);
  return git(repository, seconds, 'rev-parse', 'HEAD');
};
const longer = (word: string) => `feat: ${word}`.padEnd(longestSubject + 1, '.');

git(folder, 0, 'init', '--initial-branch=main', repository);
commit(100, longer('before the rule'));
const since = { commit: commit(200, 'chore: the rule'), seconds: 200 };

it('returns commits since the rule whose subject is too long', () => {
  expect(longSubjects(repository, since)).toEqual([]);
  git(repository, 300, 'checkout', '-b', 'older', `${since.commit}^`);
  commit(150, longer('written before the rule and merged after it'));
  git(repository, 300, 'checkout', 'main');
  git(repository, 300, 'merge', '--no-ff', '-m', longer('a merge'), 'older');
  commit(310, `Revert "${longer('reverted')}"`);
  commit(320, 'feat: as long as it may be ✔'.padEnd(longestSubject, '.'));
  const subject = longer('too long');
  expect(longSubjects(repository, since)).toEqual([]);
  expect([{ commit: commit(330, subject), subject }]).toEqual(longSubjects(repository, since));
});

it('returns what a shallow clone has, and nothing of before the rule', () => {
  const shallow = join(folder, 'shallow');
  git(folder, 0, 'clone', '--depth=1', `file://${repository}`, shallow);
  expect(longSubjects(shallow, since)).toHaveLength(1);
  expect(longSubjects(shallow, { ...since, seconds: 400 })).toEqual([]);
});

it('returns undefined where there is no history', () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  expect(longSubjects(empty, since)).toBeUndefined();
});
