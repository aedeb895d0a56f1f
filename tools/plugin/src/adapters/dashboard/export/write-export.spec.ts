import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportMark } from './export-page.ts';
import { refuseOtherFolder, writeExport } from './write-export.ts';

let place: string;
beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'poc export '))));
afterEach(() => rmSync(place, { recursive: true, force: true }));

const page = (text: string) => `<!doctype html>${exportMark}${text}`;

describe('writeExport', () => {
  it('makes the folder, and replaces an older export', async () => {
    const folder = join(place, 'a/b');
    await refuseOtherFolder(folder);
    await writeExport(page('old'), folder);
    await writeExport(page('new'), folder);
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toBe(page('new'));
    expect(readdirSync(folder)).toEqual(['index.html']);
  });

  it('writes beside what an export left that was killed', async () => {
    writeFileSync(join(place, 'index.html.4711.tmp'), 'half');
    await writeExport(page('new'), place);
    expect(readFileSync(join(place, 'index.html'), 'utf8')).toBe(page('new'));
  });

  it.each([
    ['a file', () => writeFileSync(join(place, 'site'), 'x'), /site is not a folder/],
    ['a folder below a file', () => writeFileSync(join(place, 'site'), 'x'), /is not a folder/, 'site/below'],
    ['files of others', () => make('site/thesis.txt'), /holds files that no export has \(thesis\.txt\)/],
    ['another index.html', () => make('site/index.html'), /index\.html is not an export of the dashboard/],
    ['index.html as a folder', () => mkdirSync(join(place, 'site/index.html'), { recursive: true }), /cannot be read/],
  ])('changes nothing where there is %s', async (_, arrange, reason, folder = 'site') => {
    arrange();
    const before = readdirSync(place, { recursive: true });
    await expect(refuseOtherFolder(join(place, folder))).rejects.toThrow(reason);
    await expect(writeExport(page('new'), join(place, folder))).rejects.toThrow(reason);
    expect(readdirSync(place, { recursive: true })).toEqual(before);
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it.skip : it)('says beforehand where nobody may write', async () => {
    chmodSync(place, 0o500);
    await expect(refuseOtherFolder(join(place, 'site'))).rejects.toThrow(/EACCES/);
    await expect(refuseOtherFolder(place)).rejects.toThrow(/EACCES/);
  });
});

function make(name: string): void {
  mkdirSync(join(place, 'site'));
  writeFileSync(join(place, name), 'mine');
}
