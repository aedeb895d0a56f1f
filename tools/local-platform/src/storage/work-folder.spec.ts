import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWorkFolder } from './work-folder.ts';

describe('inWorkFolder', () => {
  let parent: string;
  beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'work-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is gone afterwards, also after a failure', async () => {
    await inWorkFolder(parent, async (folder) => writeFileSync(join(folder, 'x'), ''));
    await expect(inWorkFolder(parent, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('takes along what killed processes left, and not what others work in', async () => {
    const abandoned = join(parent, '.work-999999999-abc');
    const busy = join(parent, `.work-${process.pid}-abc`);
    for (const path of [abandoned, busy, join(parent, 'bin')]) mkdirSync(path);
    await inWorkFolder(parent, () => Promise.resolve());
    expect([abandoned, busy, join(parent, 'bin')].map((path) => existsSync(path))).toEqual([false, true, true]);
  });
});
