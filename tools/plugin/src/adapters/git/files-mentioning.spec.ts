import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesMentioning } from './files-mentioning.ts';

it('finds the files that git knows, or would, in which a text stands', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mentioning-'));
  try {
    const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
    mkdirSync(join(folder, 'a b'));
    write('.gitignore', 'ignored');
    write('ignored', 'apps/x');
    write('a b/ü.yaml', 'packages: [apps/x]');
    write('Shop.sln', 'apps\\x\\X.csproj');
    write('other', 'apps.x');
    expect(await filesMentioning(folder, ['apps/x'])).toEqual([]);
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    execFileSync('git', ['add', 'Shop.sln'], { cwd: folder });
    expect(await filesMentioning(folder, ['apps/x', 'apps\\x'])).toEqual(['Shop.sln', 'a b/ü.yaml']);
    expect(await filesMentioning(folder, ['nowhere'])).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
