// Nx's doors to the executors. It would load their TypeScript by way of the TypeScript compiler and file by file, which
// takes 0.14 s of every command; this bundles them once for each state of the sources (docs/decisions/0004-batches.md).
// CommonJS, because Nx loads it with require before anything can read TypeScript.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');

const source = join(__dirname, '..');
const doors = Object.entries(require('../../executors.json').executors);
const names = doors.flatMap(([name, { batchImplementation }]) =>
  batchImplementation?.includes('/batches.cjs#') ? [name] : [],
);
/** Milliseconds after which a bundle of other sources is thrown away. */
const keptFor = 7 * 24 * 3600 * 1000;

try {
  module.exports = require(bundle());
} catch {
  // Packages may be where nobody may write. Nx has made TypeScript readable by now.
  for (const name of names)
    Object.defineProperty(module.exports, name, { get: () => require(`./${name}/executor.ts`).batch });
}

/** @returns path of the bundle of these sources, made where there is none. */
function bundle() {
  // Beside the packages that it requires.
  const folder = join(dirname(require.resolve('nx/package.json')), '..', '.cache', 'poc-plugin');
  const path = join(folder, `${hashOfSources()}.cjs`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const old = join(folder, name);
    if (Date.now() - statSync(old).mtimeMs > keptFor) rmSync(old, { force: true });
  }
  // Others may make the same at the same time; whoever is last replaces it with its like.
  const unfinished = `${path}.${process.pid}`;
  require('esbuild').buildSync({
    stdin: {
      contents: names
        .map((name) => `export { batch as ${JSON.stringify(name)} } from './executors/${name}/executor.ts';`)
        .join('\n'),
      resolveDir: source,
      loader: 'ts',
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile: unfinished,
    logLevel: 'silent',
  });
  renameSync(unfinished, path);
  return path;
}

function hashOfSources() {
  const hash = createHash('sha256').update(process.version);
  for (const folder of [source, join(source, '..', 'schemas')]) {
    const files = readdirSync(folder, { recursive: true }).map(String).sort();
    for (const file of files) {
      if (!/\.(ts|json|cjs)$/.test(file) || /\.(spec|e2e)\.ts$|recorded|files[\\/]/.test(file)) continue;
      const text = readFileSync(join(folder, file));
      hash.update(`${file}\0${text.length}\0`).update(text);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
