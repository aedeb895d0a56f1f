// What the stand-ins of setup-node, -go, -python and -dotnet share: reads the wanted version as the action does, and sees that
// this machine has it. Called with the name of the tool; the action's inputs are in the environment.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coerce, lt, rsort, satisfies } from 'semver';

const tools = {
  node: {
    command: ['node', '--version'],
    read: (text, file) =>
      file.endsWith('package.json') ? JSON.parse(text).engines?.node : text.trim().replace(/^v/, ''),
    caches: ['npm', 'pnpm', 'yarn', ''],
  },
  go: {
    command: ['go', 'version'],
    read: (text) => /^toolchain go(\S+)$/m.exec(text)?.[1] ?? /^go (\S+)$/m.exec(text)?.[1],
    // A newer Go builds what an older one does; the action would fetch the very version.
    isEnough: (found, wanted) => !lt(found, coerce(wanted)),
    caches: ['true', 'false'],
  },
  python: {
    command: ['python3', '--version'],
    read: (text) => text.trim().split('\n')[0],
    caches: ['pip', ''],
  },
  dotnet: {
    command: ['dotnet', '--version'],
    read: (text) => JSON.parse(text).sdk?.version,
    caches: ['true', 'false'],
  },
};

const [name = ''] = process.argv.slice(2);
const { command, read, isEnough = satisfies, caches } = tools[name];
const { VERSION = '', VERSION_FILE: file = '', CACHE = '', LOCK_FILES = '' } = process.env;

if ((VERSION === '') === (file === '')) fail('Give it either a version or a file.');
if (file !== '' && !existsSync(file)) fail(`There is no ${file}.`);
const wanted = VERSION || read(readFileSync(file, 'utf8'), file);
if (!wanted) fail(`${file} says no version.`);
if (!caches.includes(CACHE)) fail(`It keeps nothing that is called "${CACHE}".`);
const nodeLocks = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml', yarn: 'yarn.lock' };
const lockFiles = (LOCK_FILES || (name === 'node' && nodeLocks[CACHE]) || '').split('\n').filter((path) => path !== '');
if (CACHE !== '' && CACHE !== 'false')
  for (const path of lockFiles) if (!existsSync(path)) fail(`There is no ${path} to know a cache by.`);

// The action asks the package manager where it keeps packages.
if (name === 'node' && CACHE !== '') execFileSync(CACHE, ['--version']);

// Pythons that lie side by side, as those of a runner's tool cache do.
const pythons = process.env.PYTHONS ?? '';
if (name === 'python' && existsSync(pythons)) {
  const versions = readdirSync(pythons).filter((version) => /^\d+\.\d+\.\d+$/.test(version));
  const [newest] = rsort(versions.filter((version) => satisfies(version, wanted)));
  if (newest !== undefined) {
    const folder = join(pythons, newest, 'bin');
    appendFileSync(process.env.GITHUB_PATH, `${folder}\n`);
    command[0] = join(folder, 'python3');
  }
}
const said = execFileSync(command[0], command.slice(1), { encoding: 'utf8' });
const found = coerce(said.trim().replace(/^go version go/, '')).version;
if (!isEnough(found, wanted)) fail(`This machine has ${name} ${found}, and not ${wanted}.`);
console.log(`${name} ${found} is ${wanted}${CACHE === '' ? '' : `, cache ${CACHE}`}`);

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
