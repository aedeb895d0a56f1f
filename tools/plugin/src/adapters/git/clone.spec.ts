import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptObjects } from './objects/kept-objects.ts';
import { Git } from './git.ts';
import { GitRepository } from './git-repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'clone '));
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
let [first, second] = ['', ''];
beforeAll(() => {
  git('init', '--quiet');
  for (const text of ['1', '2']) {
    writeFileSync(join(folder, 'file'), text);
    git('add', '.');
    git('commit', '--quiet', '--message', text);
    [first, second] = [second, git('rev-parse', 'HEAD')];
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it('asks git once for what cannot change', async () => {
  const repository = new GitRepository(folder);
  const read = async () => {
    expect((await repository.texts(first, ['file'])).get('file')).toBe('1');
    expect(await repository.mergeBases(second, [first])).toEqual(new Map([[first, first]]));
  };
  await read();
  const asked = jest.spyOn(Git.prototype, 'run');
  await read();
  expect(asked.mock.calls.map(([args]) => args.join(' '))).toEqual([]);
  expect((await repository.texts(second, ['file'])).get('file')).toBe('2');
  asked.mockRestore();
});

it('keeps what is small, and no more than it may', () => {
  const kept = new KeptObjects();
  const content = Buffer.alloc(200 * 1024, 'x');
  const names = Array.from({ length: 100 }, (_, index) => String(index));
  for (const name of names) kept.keep(new Map([[name, content]]));
  const left = [...kept.of(names).keys()];
  expect(left).toEqual(names.slice(-81));
  kept.keep(new Map([['large', Buffer.alloc(300 * 1024)]]));
  expect(kept.of(['large', '99']).size).toBe(1);
});
