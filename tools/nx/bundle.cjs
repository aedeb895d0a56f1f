// Makes one file of TypeScript sources, once for each state of them. Nx would read them by way of the TypeScript
// compiler and file by file, in its own process and in that of every task (docs/decisions/0004-batches.md).
// CommonJS, because Nx loads it with require before anything can read TypeScript.
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative } = require('node:path');
const entries = require('./entries.cjs');

const source = join(__dirname, '../plugin/src');
/** Folders of what generators write, and of what specs read. */
const notBundled = /[\\/](recorded|generators[\\/][^\\/]+[\\/]files)$/;
/** Milliseconds after which a bundle of other sources is thrown away. */
const keptFor = 7 * 24 * 3600 * 1000;

/**
 * Loads sources of the plugin.
 * @param {string} name of the bundle (entries.cjs).
 */
exports.loadBundle = (name) => {
  const told = toldBundle(name);
  if (told !== undefined) return require(told);
  const { entry, folders } = entries[name];
  // Beside the packages that it requires.
  const folder = join(dirname(require.resolve('nx/package.json')), '..', '.cache', 'poc-plugin');
  const path = join(folder, `${name}-${knownHash(folder, name, { entry, folders })}.cjs`);
  if (existsSync(path)) {
    tellBundle(name, path);
    return require(path);
  }
  const text = build(entry);
  try {
    keep(folder, path, text);
  } catch {
    // Packages may be where nobody may write: then it is made each time.
    const module = new Module(path);
    module.paths = Module._nodeModulePaths(folder);
    module._compile(text, path);
    return module.exports;
  }
  tellBundle(name, path);
  return require(path);
};

/** Tells it the processes of this command's tasks, which inherit it: they run what this one does. */
function tellBundle(name, path) {
  process.env[bundleVariable(name)] = JSON.stringify([__filename, path]);
}

/** Returns what was told by a process of the same command; another checkout's is none. */
function toldBundle(name) {
  const [teller, path] = JSON.parse(process.env[bundleVariable(name)] ?? '[]');
  return teller === __filename && existsSync(path) ? path : undefined;
}

function bundleVariable(name) {
  return `POC_BUNDLE_${name.replace('-', '_').toUpperCase()}`;
}

function build(entry) {
  const { outputFiles } = require('esbuild').buildSync({
    stdin: { contents: entry, resolveDir: source, loader: 'ts' },
    bundle: true,
    // What is used by every command goes in; what is large, or Nx's own, is required when it is needed.
    external: [
      ...['nx', 'protobufjs', 'ws', '@nx/*', '@kubernetes/*', '@octokit/*', 'typescript', 'esbuild'],
      ...['@azure/arm-apimanagement', '@redocly/openapi-core'],
      ...['smol-toml', '@xmldom/xmldom', 'semver', 'jsonc-parser'],
    ],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

function keep(folder, path, text) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const old = join(folder, name);
    if (Date.now() - statSync(old).mtimeMs > keptFor) rmSync(old, { force: true });
  }
  // Others may make the same at the same time; whoever is last replaces it with its like.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, path);
}

/**
 * Returns the hash of the sources, which is known where none of their files has been written since it was computed: to read
 * a thousand files takes as long as to load what is made of them.
 */
function knownHash(folder, name, { entry, folders }) {
  const times = createHash('sha256').update(source).update(process.version).update(entry);
  for (const file of filesIn(folders).concat(__filename)) {
    const { size, mtimeMs, ctimeMs } = statSync(file);
    times.update(`${file}\0${size} ${mtimeMs} ${ctimeMs}\0`);
  }
  const path = join(folder, `${name}-${times.digest('hex').slice(0, 32)}.hash`);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const hash = hashOf(entry, folders);
  try {
    keep(folder, path, hash);
  } catch {
    // Packages may be where nobody may write.
  }
  return hash;
}

function hashOf(entry, folders) {
  const hash = createHash('sha256').update(process.version).update(readFileSync(__filename)).update(entry);
  for (const file of filesIn(folders)) {
    const text = readFileSync(file);
    hash.update(`${relative(source, file)}\0${text.length}\0`).update(text);
  }
  return hash.digest('hex').slice(0, 32);
}

/** The sources in folders, without what is no part of the bundle. */
function filesIn(folders) {
  return folders.flatMap((folder) => filesBelow(join(source, folder)));
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notBundled.test(path) ? [] : filesBelow(path);
    return /\.(ts|json)$/.test(entry.name) && !/\.(spec|e2e)\.ts$/.test(entry.name) ? [path] : [];
  });
}
