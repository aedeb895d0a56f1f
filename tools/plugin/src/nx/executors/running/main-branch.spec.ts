import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainBranch } from './main-branch.ts';

let root: string;
const git = (...argv: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...argv], { cwd: root });
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'main-branch-'));
  git('init', '-q');
  git('commit', '-qm', 'all', '--allow-empty');
});
afterEach(() => rmSync(root, { recursive: true }));

it('is what nx.json says', () => {
  expect(mainBranch(root, { defaultBase: 'trunk' })).toBe('trunk');
  expect(mainBranch(root, { defaultBase: 'origin/trunk' })).toBe('trunk');
});

it('is that of the origin, as the clone knows it', () => {
  expect(mainBranch(root, {})).toBe('main');
  git('update-ref', 'refs/remotes/origin/master', 'HEAD');
  expect(mainBranch(root, {})).toBe('master');
  git('update-ref', 'refs/remotes/origin/develop', 'HEAD');
  git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/develop');
  expect(mainBranch(root, {})).toBe('develop');
});

it('is main where there is no git', () => expect(mainBranch(join(root, 'nowhere'), {})).toBe('main'));
