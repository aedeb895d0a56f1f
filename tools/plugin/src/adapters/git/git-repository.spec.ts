import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { sourceRepositoryContract } from '../../../../contracts/src/source-repository-contract.ts';
import { GitRepository } from './git-repository.ts';

const temp = mkdtempSync(join(tmpdir(), 'git repository ä '));
afterAll(() => rmSync(temp, { recursive: true }));
let count = 0;

function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function newFolder(name: string): string {
  const folder = join(temp, `${++count} ${name}`);
  mkdirSync(folder);
  return folder;
}

function commitAll(folder: string): string {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'change');
  return git(folder, 'rev-parse', 'HEAD');
}

/** A repository with one commit and, unless told otherwise, a bare origin that has it. */
function repositoryWith(files: Readonly<Record<string, string>>, { origin = true } = {}) {
  const folder = newFolder('clone');
  git(folder, 'init', '--quiet');
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  const commit = commitAll(folder);
  const bare = newFolder('origin.git');
  if (origin) {
    git(bare, 'init', '--quiet', '--bare');
    git(folder, 'remote', 'add', 'origin', bare);
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
  }
  return { folder, bare, commit };
}

function refusePushes(bare: string): void {
  writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\necho "frozen until monday" >&2\nexit 1\n', {
    mode: 0o755,
  });
}

const number = BuildNumber.parse('20261124-1')!;
const tag = new ReleaseTag('orders', number);
const releaseAt = (commit: string): Release => ({
  service: 'orders',
  buildNumber: number,
  commit,
  imageDigest: `sha256:${'a'.repeat(64)}`,
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: true,
});

describe('GitRepository with an origin', () => {
  sourceRepositoryContract(async (files) => {
    const { folder, bare } = repositoryWith(files);
    return {
      repository: new GitRepository(folder),
      clone: async () => {
        const clone = newFolder('second');
        git(clone, 'clone', '--quiet', bare, '.');
        return new GitRepository(clone);
      },
      write: async (path, text) => write(folder, path, text),
      remove: async (path) => rmSync(join(folder, path)),
      commit: async () => {
        const commit = commitAll(folder);
        git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
        return commit;
      },
      refusePushes: async () => refusePushes(bare),
    };
  });
});

describe('GitRepository in a folder below the root of a shallow clone, detached, in a worktree', () => {
  sourceRepositoryContract(async (files) => {
    const inFolder = Object.fromEntries(Object.entries(files).map(([path, text]) => [`my workspace/${path}`, text]));
    const { folder, bare } = repositoryWith({ 'outside.txt': 'x', ...inFolder });
    const workspace = join(folder, 'my workspace');
    return {
      repository: new GitRepository(workspace),
      clone: async () => {
        const clone = newFolder('shallow');
        git(clone, 'clone', '--quiet', '--depth=1', '--no-tags', `file://${bare.replaceAll(' ', '%20')}`, '.');
        const worktree = join(newFolder('worktree'), 'tree');
        git(clone, 'worktree', 'add', '--quiet', '--detach', worktree);
        return new GitRepository(join(worktree, 'my workspace'));
      },
      write: async (path, text) => write(workspace, path, text),
      remove: async (path) => rmSync(join(workspace, path)),
      commit: async () => {
        const commit = commitAll(folder);
        git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
        return commit;
      },
      refusePushes: async () => refusePushes(bare),
    };
  });
});

describe('GitRepository', () => {
  it('lets the local repository decide when there is no origin', async () => {
    const { folder, commit } = repositoryWith({ a: 'a' }, { origin: false });
    const repository = new GitRepository(folder);
    expect(await repository.originUrl()).toBeUndefined();
    const won = await Promise.all([1, 2, 3].map(() => new GitRepository(folder).reserveBuildNumber(tag, commit)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await repository.tagRelease(releaseAt(commit))).toBe('created');
    expect(await repository.tagRelease(releaseAt(commit))).toBe('exists');
    expect(await repository.readRelease(tag)).toEqual(releaseAt(commit));
    expect(String(await repository.buildNumbers('orders'))).toBe('20261124-1,20261124-1');
    await expect(repository.tagRelease({ ...releaseAt(commit), dirty: false })).rejects.toMatchObject({
      facts: { type: 'tag-taken' },
    });
  });

  it('makes an annotated tag that git reads', async () => {
    const { folder, bare, commit } = repositoryWith({ a: 'a' });
    await new GitRepository(folder).tagRelease(releaseAt(commit));
    for (const each of [folder, bare]) {
      expect(git(each, 'cat-file', '-t', tag.toString())).toBe('tag');
      expect(git(each, 'rev-parse', `${tag}^{commit}`)).toBe(commit);
      expect(git(each, 'tag', '--list', '--format=%(contents:trailers:key=Image-Digest,valueonly)').trim()).toBe(
        `sha256:${'a'.repeat(64)}`,
      );
    }
    git(bare, 'fsck', '--strict');
  });

  it('takes a number although the same clone holds the object of the one who has it', async () => {
    // Where both objects are here, git would call the second push a fast-forward.
    const { folder, commit } = repositoryWith({ a: 'a' });
    expect(await new GitRepository(folder).reserveBuildNumber(tag, commit)).toBe(true);
    const before = git(folder, 'ls-remote', 'origin', 'refs/builds/*');
    expect(await new GitRepository(folder).reserveBuildNumber(tag, commit)).toBe(false);
    expect(git(folder, 'ls-remote', 'origin', 'refs/builds/*')).toBe(before);
  });

  it('carries a commit that the origin does not have', async () => {
    const { folder, bare } = repositoryWith({ a: 'a' });
    write(folder, 'a', 'b');
    const commit = commitAll(folder);
    expect(await new GitRepository(folder).reserveBuildNumber(tag, commit)).toBe(true);
    expect(git(bare, 'cat-file', '-t', commit)).toBe('commit');
  });

  it('pushes from a shallow clone', async () => {
    const { folder, bare } = repositoryWith({ a: 'a' });
    for (const text of ['b', 'c']) {
      write(folder, 'a', text);
      commitAll(folder);
    }
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const shallow = newFolder('shallow');
    git(shallow, 'clone', '--quiet', '--depth=1', `file://${bare.replaceAll(' ', '%20')}`, '.');
    const repository = new GitRepository(shallow);
    const commit = await repository.headCommit();
    expect(await repository.reserveBuildNumber(tag, commit)).toBe(true);
    expect(await repository.tagRelease(releaseAt(commit))).toBe('created');
  });

  it('keeps the history of clones as it is when it fetches', async () => {
    const { folder, bare, commit: first } = repositoryWith({ a: 'a' });
    for (const text of ['b', 'c', 'd']) {
      write(folder, 'a', text);
      commitAll(folder);
    }
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const url = `file://${bare.replaceAll(' ', '%20')}`;
    const [complete, shallow] = [newFolder('complete'), newFolder('shallow')];
    git(complete, 'clone', '--quiet', url, '.');
    git(shallow, 'clone', '--quiet', '--depth=2', url, '.');
    const inHistory = git(folder, 'rev-parse', 'HEAD~1');
    await new GitRepository(folder).tagRelease(releaseAt(inHistory));
    for (const [clone, commits] of [
      [complete, '4'],
      [shallow, '2'],
    ] as const) {
      const branches = git(clone, 'for-each-ref', 'refs/heads', 'refs/remotes');
      const repository = new GitRepository(clone);
      expect(await repository.readRelease(tag)).toEqual(releaseAt(inHistory));
      expect((await repository.texts(first, '.')).get('a')).toBe('a');
      expect(git(clone, 'rev-list', '--count', 'HEAD')).toBe(commits);
      expect(git(clone, 'for-each-ref', 'refs/heads', 'refs/remotes')).toBe(branches);
    }
    expect(existsSync(join(complete, '.git/shallow'))).toBe(false);
  });

  it('tells when commits were written, not when they were committed, and whether the clone is shallow', async () => {
    const { folder, bare, commit: first } = repositoryWith({ a: 'a' });
    git(folder, 'checkout', '--quiet', '-b', 'side');
    write(folder, 'a', 'side');
    git(folder, 'commit', '--quiet', '--all', '--message', 'side', '--date=2026-11-24T10:00:00+05:00');
    git(folder, 'checkout', '--quiet', '-b', 'other', first);
    write(folder, 'a', 'other');
    git(folder, 'commit', '--quiet', '--all', '--message', 'other', '--date=2026-11-24T11:00:00+05:00');
    git(folder, 'merge', '--quiet', '--strategy=ours', '--message', 'merge', 'side');
    write(folder, 'a', 'of both');
    git(folder, 'commit', '--quiet', '--all', '--amend', '--no-edit');
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const merged = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'config', 'log.showSignature', 'true');
    const repository = new GitRepository(folder);
    const parents = (await repository.commitGraph([merged])).parentsOf(merged);
    const dates = await repository.authorDates(parents);
    expect([...dates.values()].sort()).toEqual(['2026-11-24T10:00:00+05:00', '2026-11-24T11:00:00+05:00']);
    expect([...dates.keys()].sort()).toEqual([...parents].sort());
    expect(await repository.isShallow()).toBe(false);
    const shallow = newFolder('shallow');
    git(shallow, 'clone', '--quiet', '--depth=2', `file://${bare.replaceAll(' ', '%20')}`, '.');
    expect(await new GitRepository(shallow).isShallow()).toBe(true);
  });

  it('has of what is no commit nothing in a graph', async () => {
    const { folder, commit } = repositoryWith({ a: 'a' });
    const odd = ['0'.repeat(40), '--all', 'HEAD', '', `${commit}\n--all`];
    const graph = await new GitRepository(folder).commitGraph([...odd, commit]);
    expect([...odd, commit].filter((each) => graph.has(each))).toEqual([commit]);
  });

  it('tells the commits of branches and merges, whatever the user has configured', async () => {
    const { folder, commit: first } = repositoryWith({ a: 'a' });
    git(folder, 'checkout', '--quiet', '-b', 'side');
    write(folder, 'x\ny', 'side');
    write(folder, 'sub/[b] "ä".txt', 'side');
    write(folder, 'same', 'both do the same');
    git(folder, 'add', '--all');
    git(folder, 'commit', '--quiet', '--message', 'Änderung');
    const side = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'checkout', '--quiet', '-B', 'main', first);
    write(folder, 'a', 'b');
    write(folder, 'same', 'both do the same');
    const main = commitAll(folder);
    git(folder, 'merge', '--quiet', '--no-ff', '--message', 'Merge pull request #7 from ada/side', 'side');
    const merge = git(folder, 'rev-parse', 'HEAD');
    for (const [key, value] of [
      ...[
        ['log.showSignature', 'true'],
        ['diff.relative', 'true'],
        ['log.follow', 'true'],
        ['color.ui', 'always'],
      ],
      ...[
        ['log.mailmap', 'false'],
        ['i18n.logOutputEncoding', 'ISO-8859-1'],
        ['core.quotePath', 'true'],
      ],
    ])
      git(folder, 'config', key!, value!);
    const { onlyInTo, onlyInFrom, isCut } = await new GitRepository(folder).symmetricDifference(first, merge, ['.']);
    expect({ onlyInFrom, isCut }).toEqual({ onlyInFrom: [], isCut: false });
    expect(onlyInTo.map(({ id, parents, paths }) => ({ id, parents, paths: [...paths].sort() }))).toEqual(
      expect.arrayContaining([
        { id: merge, parents: [main, side], paths: [] },
        { id: main, parents: [first], paths: ['a', 'same'] },
        { id: side, parents: [first], paths: ['same', 'sub/[b] "ä".txt', 'x\ny'] },
      ]),
    );
    expect(onlyInTo.map(({ subject }) => subject)).toContain('Änderung');
    const same = await new GitRepository(folder).symmetricDifference(first, merge, ['same']);
    expect(same.onlyInTo.filter(({ paths }) => paths.length > 0)).toHaveLength(2);
    const inSub = await new GitRepository(join(folder, 'sub')).symmetricDifference(first, merge, ['[b] "ä".txt']);
    expect(inSub.onlyInTo.map(({ paths }) => paths).flat()).toEqual(['[b] "ä".txt']);
    const diverged = await new GitRepository(folder).symmetricDifference(main, side, ['a']);
    expect(diverged).toMatchObject({ onlyInFrom: [{ id: main, paths: ['a'] }], onlyInTo: [{ id: side, paths: [] }] });
  });

  it('tells whether a shallow clone has a commit before others, however many ask at once', async () => {
    const { folder, bare, commit: old } = repositoryWith({ a: 'a' });
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const shallow = newFolder('shallow');
    git(shallow, 'clone', '--quiet', '--depth=1', `file://${bare.replaceAll(' ', '%20')}`, '.');
    for (let index = 0; index < 12; index++) {
      write(folder, 'a', `${index}`);
      commitAll(folder);
    }
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const tips = git(folder, 'rev-list', '--max-count=8', 'HEAD').trim().split('\n');
    const repository = new GitRepository(shallow);
    const found = await Promise.all(tips.map((tip) => repository.mergeBases(old, [tip])));
    expect(found.map((bases, index) => bases.get(tips[index]!))).toEqual(tips.map(() => old));
  });

  it('brings the history between two commits into a shallow clone, or says that it is cut', async () => {
    const { folder, bare, commit: first } = repositoryWith({ a: 'a' });
    const made: string[] = [];
    for (let i = 0; i < 30; i++) {
      write(folder, 'a', `${i}`);
      made.push(commitAll(folder));
    }
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const url = `file://${bare.replaceAll(' ', '%20')}`;
    const last = made.at(-1)!;
    for (const depth of ['1', '7']) {
      const shallow = newFolder('shallow');
      git(shallow, 'clone', '--quiet', `--depth=${depth}`, url, '.');
      const apart = await new GitRepository(shallow).symmetricDifference(first, last, ['a']);
      expect(apart).toMatchObject({ isCut: false, onlyInFrom: [] });
      expect(apart.onlyInTo.map(({ id }) => id)).toEqual([...made].reverse());
    }
    const lonely = newFolder('lonely');
    git(lonely, 'clone', '--quiet', '--depth=7', url, '.');
    git(lonely, 'remote', 'set-url', 'origin', '/no/such/folder.git');
    const known = await new GitRepository(lonely).symmetricDifference(made.at(-3)!, last, ['a']);
    expect(known).toMatchObject({ isCut: false, onlyInTo: [{}, {}] });
    const cut = await new GitRepository(lonely).symmetricDifference(git(lonely, 'rev-parse', 'HEAD~6'), last, ['a']);
    expect(cut).toMatchObject({ isCut: true });
  });

  it('reads many releases at once in a shallow clone', async () => {
    const { folder, bare, commit } = repositoryWith({ a: 'a' });
    const services = Array.from({ length: 12 }, (_, i) => `service-${i}`);
    const first = new GitRepository(folder);
    await Promise.all(services.map((service) => first.tagRelease({ ...releaseAt(commit), service })));
    write(folder, 'a', 'b');
    commitAll(folder);
    git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    const shallow = newFolder('shallow');
    git(shallow, 'clone', '--quiet', '--depth=1', '--no-tags', `file://${bare.replaceAll(' ', '%20')}`, '.');
    const repositories = [new GitRepository(shallow), new GitRepository(shallow)];
    const found = await Promise.all(
      services.map((service, i) => repositories[i % 2]!.readRelease(new ReleaseTag(service, number))),
    );
    expect(found.map((release) => release?.service)).toEqual(services);
  });

  it('takes the only remote for the origin, or that of the branch, whatever they are called', async () => {
    const { folder, bare, commit } = repositoryWith({ a: 'a' });
    git(folder, 'remote', 'rename', 'origin', 'upstream');
    expect(await new GitRepository(folder).reserveBuildNumber(tag, commit)).toBe(true);
    expect(git(bare, 'for-each-ref', '--format=%(refname)', 'refs/builds')).toBe('refs/builds/orders/20261124-1');

    git(folder, 'remote', 'add', 'fork', '/no/such/folder.git');
    git(folder, 'push', '--quiet', '--set-upstream', 'upstream', 'HEAD:main');
    git(folder, 'branch', '--quiet', '--set-upstream-to=upstream/main');
    expect(String(await new GitRepository(folder).buildNumbers('orders'))).toBe('20261124-1');

    git(folder, 'checkout', '--quiet', '--detach');
    const error = await new GitRepository(folder).buildNumbers('orders').catch((thrown) => thrown);
    expect(error.facts).toMatchObject({
      type: 'origin-unreachable',
      reason: 'None of the remotes fork, upstream is called origin, and no branch is checked out that follows one.',
    });
  });

  it('reads where it pushes to, for what others fetch from may lag', async () => {
    const { folder, bare, commit } = repositoryWith({ a: 'a' });
    const mirror = newFolder('mirror.git');
    git(mirror, 'clone', '--quiet', '--mirror', bare, '.');
    expect(await new GitRepository(folder).reserveBuildNumber(tag, commit)).toBe(true);
    await new GitRepository(folder).tagRelease(releaseAt(commit));
    const other = newFolder('other');
    git(other, 'clone', '--quiet', mirror, '.');
    git(other, 'remote', 'set-url', '--push', 'origin', bare);
    const repository = new GitRepository(other);
    expect(await repository.readRelease(tag)).toMatchObject({ commit });
    expect(await repository.reserveBuildNumber(tag, commit)).toBe(false);
    git(other, 'remote', 'set-url', '--push', 'origin', '/no/such/folder.git');
    expect(await new GitRepository(other).releaseTags('payments')).toEqual([]);
  });

  it('finds no release in tags that this tool did not make', async () => {
    const { folder } = repositoryWith({ a: 'a' });
    git(folder, 'tag', 'orders-20261124-1');
    git(folder, 'tag', '--annotate', '--message', 'old', 'orders-20261124.2');
    git(folder, 'tag', 'v1.0.0');
    git(folder, 'push', '--quiet', 'origin', '--tags');
    const repository = new GitRepository(folder);
    expect(String((await repository.releaseTags('orders')).sort())).toBe('orders-20261124-1,orders-20261124.2');
    for (const found of await repository.releaseTags('orders'))
      expect(await repository.readRelease(found)).toBeUndefined();
  });

  it('leaves no tag in the clone when the origin refuses it, and shows what the origin said', async () => {
    const { folder, bare, commit } = repositoryWith({ a: 'a' });
    refusePushes(bare);
    const error = await new GitRepository(folder).tagRelease(releaseAt(commit)).catch((thrown) => thrown);
    expect(error.facts).toMatchObject({
      type: 'origin-refuses-push',
      reason: expect.stringContaining('pre-receive hook declined'),
    });
    expect(error.explain()).toContain('frozen until monday');
    expect(git(folder, 'tag')).toBe('');
  });

  it.each([
    ['an origin that is not there', 'https://robot:s3cret@127.0.0.1:1/shop.git?token=s3cret'],
    ['a folder that is not there', '/no/such/folder.git'],
  ])('names %s, without secrets', async (_, address) => {
    const { folder, commit } = repositoryWith({ a: 'a' });
    git(folder, 'remote', 'set-url', 'origin', address);
    const repository = new GitRepository(folder);
    expect(await repository.originUrl()).not.toContain('s3cret');
    for (const attempt of [
      () => repository.reserveBuildNumber(tag, commit),
      () => repository.buildNumbers('orders'),
      () => repository.tagRelease(releaseAt(commit)),
      () => repository.blobs('e'.repeat(40), ['.']),
    ]) {
      const error = await attempt().catch((thrown) => thrown);
      expect(error.facts).toMatchObject({ type: 'origin-unreachable' });
      expect(error.explain()).toContain(address.startsWith('/') ? address : 'https://127.0.0.1:1/shop.git');
      expect(error.explain()).not.toContain('s3cret');
    }
  });

  it('refuses a folder without a repository, and a repository without a commit', async () => {
    const folder = newFolder('empty');
    await expect(new GitRepository(folder).headCommit()).rejects.toMatchObject({
      facts: { type: 'not-a-git-repository' },
    });
    git(folder, 'init', '--quiet');
    await expect(new GitRepository(folder).headCommit()).rejects.toMatchObject({ facts: { type: 'no-commit' } });
  });

  it('lists what git ignores, folders as a whole', async () => {
    const { folder } = repositoryWith({ '.gitignore': 'dist/\n*.local\n', 'apps/orders/main.ts': '' });
    for (const path of [
      'apps/orders/dist/main.js',
      'apps/orders/settings.local',
      'apps/orders/new.ts',
      'apps/other/x.local',
    ])
      write(folder, path, '');
    const repository = new GitRepository(folder);
    expect((await repository.ignoredPaths(['apps/orders'])).sort()).toEqual([
      'apps/orders/dist/',
      'apps/orders/settings.local',
    ]);
    expect(await repository.ignoredPaths([])).toEqual([]);
  });

  it('tells executables, links and submodules from plain files, and reads links inside the workspace', async () => {
    const { folder } = repositoryWith({ 'k8s/a.yaml': 'a', 'common/b.yaml': 'b', run: 'x' });
    symlinkSync('../common/b.yaml', join(folder, 'k8s/b.yaml'));
    symlinkSync('/etc/hostname', join(folder, 'k8s/outside.yaml'));
    symlinkSync('../../../outside', join(folder, 'k8s/above.yaml'));
    symlinkSync('circle.yaml', join(folder, 'k8s/circle.yaml'));
    symlinkSync('../common', join(folder, 'k8s/folder'));
    writeFileSync(join(folder, 'k8s/logo.png'), Buffer.from([1, 0, 255]));
    chmodSync(join(folder, 'run'), 0o755);
    git(folder, 'update-index', '--add', '--cacheinfo', `160000,${'d'.repeat(40)},sub`);
    mkdirSync(join(folder, 'sub'));
    const repository = new GitRepository(folder);
    const before = await repository.blobs(await repository.headCommit(), ['run']);
    const dirty = await repository.workingTreeBlobs(['.']);
    git(folder, 'add', 'k8s', 'run');
    git(folder, 'commit', '--quiet', '--message', 'links');
    const commit = await repository.headCommit();
    const blobs = await repository.blobs(commit, ['.']);
    expect(dirty).toEqual(blobs);
    expect(blobs.get('run')).toBe(`${before.get('run')}+x`);
    expect(blobs.get('k8s/b.yaml')).toMatch(/\+link$/);
    expect(blobs.get('sub')).toBe(`${'d'.repeat(40)}+submodule`);
    const texts = new Map([
      ['k8s/a.yaml', 'a'],
      ['k8s/b.yaml', 'b'],
      ['k8s/folder/b.yaml', 'b'],
    ]);
    expect(await repository.texts(commit, 'k8s')).toEqual(texts);
    expect(await repository.workingTreeTexts('k8s')).toEqual(texts);
  });

  it('tells where symbolic links lead, in commits and in the working tree', async () => {
    const { folder } = repositoryWith({ 'common/b.yaml': 'b', 'common/deep/c.yaml': 'c', '.gitignore': 'dist\n' });
    const links = {
      'k8s/file.yaml': '../common/b.yaml',
      'k8s/outside.yaml': '/etc/hostname',
      'k8s/above.yaml': '../../../outside',
      'k8s/circle.yaml': 'circle.yaml',
      'k8s/folder': '../common',
      'k8s/through.yaml': 'folder/deep/c.yaml',
      'k8s/twice.yaml': 'file.yaml',
      'k8s/nowhere.yaml': '../common/none.yaml',
      'k8s/made.yaml': '../dist/made.yaml',
      'k8s/itself': '.',
      other: 'common',
    };
    write(folder, 'dist/made.yaml', 'made');
    mkdirSync(join(folder, 'k8s'));
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path));
    const repository = new GitRepository(folder);
    const uncommitted = await repository.linkTargets('working-tree', Object.keys(links));
    const commit = commitAll(folder);
    const targets = await repository.linkTargets({ commit }, Object.keys(links));
    expect(uncommitted).toEqual(targets);
    expect(await repository.linkTargets('working-tree', Object.keys(links))).toEqual(targets);
    const filesOf = (path: string) => [...targets.get(path)!.files.keys()].sort();
    expect([...targets].filter(([, { isOutside }]) => isOutside).map(([path]) => path)).toEqual([
      'k8s/outside.yaml',
      'k8s/above.yaml',
    ]);
    for (const path of ['k8s/file.yaml', 'k8s/twice.yaml']) expect(filesOf(path)).toEqual(['common/b.yaml']);
    expect(filesOf('k8s/through.yaml')).toEqual(['common/deep/c.yaml']);
    for (const path of ['k8s/folder', 'other']) expect(filesOf(path)).toEqual(['common/b.yaml', 'common/deep/c.yaml']);
    for (const path of ['circle.yaml', 'nowhere.yaml', 'made.yaml', 'itself', 'outside.yaml'])
      expect(filesOf(`k8s/${path}`)).toEqual([]);
    expect(targets.get('k8s/file.yaml')).toEqual({
      written: '../common/b.yaml',
      isOutside: false,
      files: await repository.blobs(commit, ['common/b.yaml']),
    });
    const texts = await repository.texts(commit, 'other');
    expect([...texts.keys()].sort()).toEqual(['other/b.yaml', 'other/deep/c.yaml']);
    write(folder, 'common/b.yaml', 'changed');
    const changed = await repository.linkTargets('working-tree', ['k8s/twice.yaml']);
    expect(changed.get('k8s/twice.yaml')!.files).not.toEqual(targets.get('k8s/twice.yaml')!.files);
  });

  it('hashes files whose names hold line breaks and quotes', async () => {
    const { folder } = repositoryWith({ a: 'a' });
    for (const name of ['x\ny', '"q"', "'s", 'tab\t', '\\n']) write(folder, name, name);
    const repository = new GitRepository(folder);
    const dirty = await repository.workingTreeBlobs(['.']);
    expect(dirty).toEqual(await repository.blobs(commitAll(folder), ['.']));
    expect(dirty.size).toBe(6);
  });

  it('reads more than a pipe holds', async () => {
    const { folder, commit } = repositoryWith({ 'big/a.txt': 'ä'.repeat(3_000_000), 'big/b.txt': 'b' });
    const texts = await new GitRepository(folder).texts(commit, 'big');
    expect([...texts].map(([path, text]) => [path, text.length])).toEqual([
      ['big/a.txt', 3_000_000],
      ['big/b.txt', 1],
    ]);
  });

  it('tags although git knows no name to tag with', async () => {
    const { folder, commit } = repositoryWith({ a: 'a' });
    git(folder, 'config', 'user.useConfigOnly', 'true');
    const { GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM } = process.env;
    Object.assign(process.env, { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' });
    try {
      await new GitRepository(folder).tagRelease(releaseAt(commit));
    } finally {
      for (const [name, value] of Object.entries({ GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(git(folder, 'for-each-ref', '--format=%(taggername) %(taggeremail)', 'refs/tags')).toBe(
      'poc release <release@localhost>',
    );
  });

  it('is not led astray by the variables of a git hook', async () => {
    const { folder, commit } = repositoryWith({ a: 'a' });
    const other = repositoryWith({ b: 'b' });
    process.env['GIT_DIR'] = join(other.folder, '.git');
    try {
      expect(await new GitRepository(folder).headCommit()).toBe(commit);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });

  it('does not touch what is checked out', async () => {
    const { folder, commit } = repositoryWith({ a: 'a' });
    const head = readFileSync(join(folder, '.git/HEAD'), 'utf8');
    const repository = new GitRepository(folder);
    await repository.reserveBuildNumber(tag, commit);
    await repository.tagRelease(releaseAt(commit));
    expect(readFileSync(join(folder, '.git/HEAD'), 'utf8')).toBe(head);
    expect(git(folder, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(folder, '.git/FETCH_HEAD'))).toBe(false);
  });
});
