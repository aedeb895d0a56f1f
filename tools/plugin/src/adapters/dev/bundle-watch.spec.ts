import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, SourceWatch } from './bundle-watch.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'poc-bundle-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const script = { by: 'script', args: ['build.cjs'], cwd: '.', fileName: 'main.cjs' } as const;

/** Copies a source into the bundle, as a build script of a workspace does. */
const build = `
const { copyFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
if (readFileSync('a.ts', 'utf8') === 'bad') throw new Error('bad source');
mkdirSync(process.env.BUNDLE_FOLDER, { recursive: true });
copyFileSync('a.ts', process.env.BUNDLE_FOLDER + '/main.cjs');
writeFileSync(process.env.BUNDLE_METAFILE, JSON.stringify({ inputs: { 'a.ts': {}, 'node_modules/x/index.js': {} } }));
`;

it('tells a script where to put the bundle, and takes the inputs from what it says', async () => {
  write('build.cjs', build);
  write('a.ts', 'good');
  const file = join(folder, 'out/dist/main.cjs');
  mkdirSync(join(folder, 'out'));
  expect(await bundle(folder, script, file)).toEqual({ inputs: [join(folder, 'a.ts')] });
  expect(readFileSync(file, 'utf8')).toBe('good');
});

it('says so when the script puts no bundle there', async () => {
  write('build.cjs', '');
  const { lines } = await bundle(folder, script, join(folder, 'dist/main.cjs'));
  expect(lines?.join()).toContain('BUNDLE_FOLDER');
});

it('bundles again when a source is saved, also after it failed', async () => {
  write('build.cjs', build);
  write('a.ts', 'good');
  const seen: string[] = [];
  const file = join(folder, 'dist/main.cjs');
  const watch = new SourceWatch(folder, script, file, {
    onBuilt: () => seen.push(readFileSync(file, 'utf8')),
    onFailed: (lines) => seen.push(lines.some((line) => line.includes('bad source')) ? 'failed' : lines.join()),
  });
  const until = async (count: number) => {
    while (seen.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await until(1);
  write('a.ts', 'bad');
  await until(2);
  write('a.ts', 'better');
  await until(3);
  await watch.close();
  expect(seen).toEqual(['good', 'failed', 'better']);
});
