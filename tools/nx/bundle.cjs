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
const { dirname, join } = require('node:path');
const entries = require('./entries.cjs');

const source = join(__dirname, '../plugin/src');
/** Milliseconds after which a bundle of other sources is thrown away. */
const keptFor = 7 * 24 * 3600 * 1000;

/**
 * Loads sources of the plugin.
 * @param {string} name of the bundle (entries.cjs).
 */
exports.loadBundle = (name) => {
  const { entry, folders } = entries[name];
  // Beside the packages that it requires.
  const folder = join(dirname(require.resolve('nx/package.json')), '..', '.cache', 'poc-plugin');
  const path = join(folder, `${name}-${hashOf(entry, folders)}.cjs`);
  if (existsSync(path)) return require(path);
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
  return require(path);
};

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

function hashOf(entry, folders) {
  const hash = createHash('sha256').update(process.version).update(readFileSync(__filename)).update(entry);
  for (const folder of folders) {
    const files = readdirSync(join(source, folder), { recursive: true }).map(String).sort();
    for (const file of files) {
      if (!/\.(ts|json)$/.test(file) || /\.(spec|e2e)\.ts$|recorded|files[\\/]/.test(file)) continue;
      const text = readFileSync(join(source, folder, file));
      hash.update(`${folder}/${file}\0${text.length}\0`).update(text);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
