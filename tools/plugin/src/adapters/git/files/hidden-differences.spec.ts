import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GitRepository } from '../git-repository.ts';

const temp = mkdtempSync(join(tmpdir(), 'hidden differences ä '));
afterAll(() => rmSync(temp, { recursive: true }));
let count = 0;

function git(folder: string, ...args: string[]): string {
  const settings = ['user.name=Ada', 'user.email=ada@example.com', 'protocol.file.allow=always'];
  const options = settings.flatMap((each) => ['-c', each]);
  return execFileSync('git', [...options, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
}

function write(folder: string, path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A repository with one commit. */
function repositoryWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = join(temp, `${++count} clone`);
  mkdirSync(folder);
  git(folder, 'init', '--quiet');
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'first');
  return folder;
}

async function found(folder: string, folders: readonly string[] = ['apps/[id]']): Promise<string[]> {
  const differences = await new GitRepository(folder).hiddenDifferences(folders);
  return differences.map(({ path, kind }) => `${path}: ${kind}`).sort();
}

/** Git itself sees nothing of all this. */
const isSilent = (folder: string) => git(folder, 'status', '--porcelain') === '';

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;

it('finds nothing in a checkout that is what the commit holds', async () => {
  const folder = repositoryWith({ 'apps/[id]/main.ts': 'a', 'apps/i/main.ts': 'b', '.gitattributes': '*.ts text\n' });
  expect(await found(folder)).toEqual([]);
  expect(await found(folder, [])).toEqual([]);
});

it.each(['--skip-worktree', '--assume-unchanged'])('finds a change that git does not look at (%s)', async (flag) => {
  const folder = repositoryWith({ 'apps/[id]/main.ts': 'a', 'apps/[id]/same.ts': 's', 'apps/i/main.ts': 'b' });
  for (const path of ['apps/[id]/main.ts', 'apps/[id]/same.ts', 'apps/i/main.ts'])
    git(folder, 'update-index', flag, path);
  write(folder, 'apps/[id]/main.ts', 'changed');
  write(folder, 'apps/i/main.ts', 'changed, and of another');
  expect(isSilent(folder)).toBe(true);
  expect(await found(folder)).toEqual(['apps/[id]/main.ts: unwatched-change']);
});

it('finds what a sparse checkout leaves out', async () => {
  const folder = repositoryWith({ 'apps/[id]/main.ts': 'a', 'apps/[id]/data/x.json': '{}', 'libs/a.ts': 'a' });
  git(folder, 'sparse-checkout', 'set', '--no-cone', '/apps/*', '!/apps/*/data/');
  expect(isSilent(folder)).toBe(true);
  expect(await found(folder)).toEqual(['apps/[id]/data/x.json: not-checked-out']);
});

it('finds pointers of Git LFS, where the attributes say that there are files', async () => {
  const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';
  const folder = repositoryWith({
    '.gitattributes': attributes,
    'apps/[id]/model.bin': pointer,
    'apps/[id]/raw.bin': Buffer.from([0, 1, 2]),
    'apps/[id]/docs.txt': pointer,
    'apps/[id]/old.bin': pointer.replace('git-lfs.github', 'hawser.github'),
  });
  expect(isSilent(folder)).toBe(true);
  expect(await found(folder)).toEqual(['apps/[id]/model.bin: lfs-pointer', 'apps/[id]/old.bin: lfs-pointer']);
});

it('finds files that git-crypt has locked', async () => {
  const folder = repositoryWith({
    '.gitattributes': '*.key filter=git-crypt\n',
    'apps/[id]/a.key': Buffer.from('\0GITCRYPT\0abc', 'latin1'),
    'apps/[id]/b.key': 'open',
  });
  expect(await found(folder)).toEqual(['apps/[id]/a.key: encrypted']);
});

describe('a submodule', () => {
  /** A clone of a repository with a submodule. @param options of `git clone`. */
  function cloneWith(...options: string[]): string {
    const inner = repositoryWith({ 'lib.ts': 'a' });
    const outer = repositoryWith({ 'apps/[id]/main.ts': 'a' });
    git(outer, 'submodule', '--quiet', 'add', inner, 'apps/[id]/vendored');
    git(outer, 'commit', '--quiet', '--message', 'submodule');
    const clone = join(temp, `${++count} clone`);
    git(temp, 'clone', '--quiet', ...options, outer, clone);
    return clone;
  }

  it('that is not checked out is found', async () => {
    const clone = cloneWith();
    expect(isSilent(clone)).toBe(true);
    expect(await found(clone)).toEqual(['apps/[id]/vendored: submodule-missing']);
  });

  it('is fine as it was committed, and found with changes that settings hide', async () => {
    const clone = cloneWith('--recurse-submodules');
    expect(await found(clone)).toEqual([]);
    git(clone, 'config', 'submodule.apps/[id]/vendored.ignore', 'all');
    write(clone, 'apps/[id]/vendored/lib.ts', `${readFileSync(join(clone, 'apps/[id]/vendored/lib.ts'), 'utf8')}b`);
    expect(isSilent(clone)).toBe(true);
    expect(await found(clone)).toEqual(['apps/[id]/vendored: submodule-change']);
    git(join(clone, 'apps/[id]/vendored'), 'commit', '--quiet', '--all', '--message', 'other');
    expect(isSilent(clone)).toBe(true);
    expect(await found(clone)).toEqual(['apps/[id]/vendored: submodule-change']);
  });
});
