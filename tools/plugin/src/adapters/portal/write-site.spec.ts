import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSite } from './write-site.ts';

let place: string;
beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'poc site '))));
afterEach(() => rmSync(place, { recursive: true }));

const site = (...names: string[]) =>
  new Map(['portal.json', ...names].map((name) => [name, { type: 'text/plain', body: Buffer.from(name) }]));
const files = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort();

describe('writeSite', () => {
  it('replaces an older export whole', async () => {
    const folder = join(place, 'a/site');
    await writeSite(site('descriptions/old.json'), folder);
    await writeSite(site('descriptions/orders.json'), folder);
    expect(files(folder)).toEqual(['descriptions', 'descriptions/orders.json', 'portal.json']);
    expect(readFileSync(join(folder, 'portal.json'), 'utf8')).toBe('portal.json');
    expect(readdirSync(join(place, 'a'))).toEqual(['site']);
  });

  it('writes into an empty folder, and into none that has something else', async () => {
    await writeSite(site(), place);
    expect(files(place)).toEqual(['portal.json']);
    rmSync(join(place, 'portal.json'));
    writeFileSync(join(place, 'thesis.txt'), 'x');
    await expect(writeSite(site(), place)).rejects.toThrow(/holds files that no portal has \(thesis\.txt\)/);
    await expect(writeSite(site(), join(place, 'thesis.txt'))).rejects.toThrow(/ENOTDIR/);
    expect(files(place)).toEqual(['thesis.txt']);
  });
});
