// Builds the site of docs/ (`npm run docs`), or serves it while pages are edited (`npm run docs:dev`). Its packages are
// installed on first use: who only releases services does not need them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const site = join(import.meta.dirname, 'site');
const [first = 'build', ...others] = process.argv.slice(2);
const [command, args] = first.startsWith('-') ? ['build', [first, ...others]] : [first, others];

run([join(import.meta.dirname, '../setup/install.mjs'), site], import.meta.dirname);
run([join(site, 'node_modules/vitepress/bin/vitepress.js'), command, '.', ...args], site);
if (command === 'build') console.log('wrote tools/docs/site/dist: `npm run docs:preview` serves it');

/** Runs a program of Node; ends with its exit code where it fails. */
function run(argv, cwd) {
  const { status } = spawnSync(process.execPath, argv, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
