import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBuilt, kubernetesBinaries } from './binaries.ts';

describe('isBuilt', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'binaries-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('requires the binaries and all names that lead to them', () => {
    for (const name of kubernetesBinaries.binaries) writeFileSync(join(folder, name), '');
    expect(isBuilt(kubernetesBinaries, folder)).toBe(false);
    for (const name of Object.keys(kubernetesBinaries.links ?? {})) symlinkSync('kubernetes', join(folder, name));
    expect(isBuilt(kubernetesBinaries, folder)).toBe(true);
  });

  it('takes a name that leads nowhere for missing', () => {
    writeFileSync(join(folder, 'kubectl'), '');
    for (const name of Object.keys(kubernetesBinaries.links ?? {})) symlinkSync('kubernetes', join(folder, name));
    expect(isBuilt(kubernetesBinaries, folder)).toBe(false);
  });
});
