import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Git } from '../git.ts';
import { GitObjects } from './git-objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'git-objects-'));
afterAll(() => rmSync(folder, { recursive: true }));

function git(...args: readonly string[]): string {
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com'];
  return execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

/** Git, of which the processes are kept. */
class WatchedGit extends Git {
  readonly started: ReturnType<Git['start']>[] = [];
  override start(args: readonly string[]): ReturnType<Git['start']> {
    this.started.push(super.start(args));
    return this.started.at(-1)!;
  }
}

const head = 'HEAD^{commit}';
const large = 'x'.repeat(3_000_000);

beforeAll(() => {
  git('init', '--quiet');
  writeFileSync(join(folder, 'large'), large);
  writeFileSync(join(folder, 'empty'), '');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'one');
});

describe('GitObjects', () => {
  it('reads objects of any size, and leaves out those that are not there', async () => {
    const objects = new GitObjects(new Git(folder));
    const found = await objects.read(['HEAD:large', 'HEAD:empty', 'HEAD:none', '0'.repeat(40), head]);
    expect([...found.keys()]).toEqual(['HEAD:large', 'HEAD:empty', head]);
    expect(found.get('HEAD:large')!.content.toString() === large).toBe(true);
    expect(found.get('HEAD:empty')).toMatchObject({ kind: 'blob', content: Buffer.alloc(0) });
    expect(found.get(head)).toMatchObject({ kind: 'commit', name: git('rev-parse', 'HEAD') });
  });

  it('finds what comes while its process runs, and answers many at once with one', async () => {
    const watched = new WatchedGit(folder);
    const objects = new GitObjects(watched);
    await objects.read([head]);
    git('commit', '--quiet', '--allow-empty', '--message', 'two');
    git('gc', '--quiet');
    const answers = await Promise.all(Array.from({ length: 50 }, () => objects.read([head])));
    expect(new Set(answers.map((each) => each.get(head)?.name))).toEqual(new Set([git('rev-parse', 'HEAD')]));
    expect(watched.started).toHaveLength(1);
  });

  it('starts git again when its process was ended from outside', async () => {
    const watched = new WatchedGit(folder);
    const objects = new GitObjects(watched);
    await objects.read([head]);
    watched.started[0]!.kill('SIGKILL');
    expect((await objects.read([head])).size).toBe(1);
    expect(watched.started).toHaveLength(2);
  });

  it('refuses where there is no repository', async () => {
    await expect(new GitObjects(new Git(tmpdir())).read([head])).rejects.toMatchObject({
      facts: { type: 'not-a-git-repository' },
    });
  });
});
