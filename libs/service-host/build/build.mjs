/**
 * Bundles a service into its dist/: `node libs/service-host/build/build.mjs apps/orders`. dist/ is emptied before, and
 * holds the same bytes wherever the workspace lies. Packages in other versions than package-lock.json has end it. The
 * environment may name another folder (`BUNDLE_FOLDER`), and a
 * file for what esbuild says of its inputs (`BUNDLE_METAFILE`).
 */
import { existsSync, lstatSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { unlockedPackages } from './locked-packages.mjs';

const [folder = '.'] = process.argv.slice(2);
const { BUNDLE_FOLDER: dist = join(folder, 'dist'), BUNDLE_METAFILE: metafile } = process.env;

/** `import description from '../openapi.yaml'`: parsed here, so that the service needs no parser. */
const yaml = {
  name: 'yaml',
  setup({ onLoad }) {
    onLoad({ filter: /\.yaml$/ }, async ({ path }) => ({
      contents: JSON.stringify(parse(await readFile(path, 'utf8'))),
      loader: 'json',
    }));
  },
};

await rm(dist, { recursive: true, force: true });
const usual = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // ES modules first: of them, only what is used comes into the bundle.
  mainFields: ['module', 'main'],
  // Without spaces, and with the names of functions: Node reads it faster, and a stack still says what was called. Not for
  // `dev`: V8 does not stop at a statement that stands right behind `return x;`.
  minifyWhitespace: !metafile,
  minifySyntax: !metafile,
  sourcemap: true,
  metafile: true,
  // Paths of packages are in the bundle. Where their folder is a link, they would be paths of the machine.
  preserveSymlinks: isLink(join(import.meta.dirname, '../../../node_modules')),
  plugins: [yaml],
  logLevel: 'warning',
};
const main = await bundle({
  entryPoints: [join(folder, 'src/main.ts')],
  outfile: join(dist, 'main.cjs'),
  format: 'cjs',
});
if (metafile) await writeFile(metafile, JSON.stringify(main));
if (existsSync(join(folder, 'src/migrate.ts'))) await bundleMigrations();

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Returns what esbuild says of the inputs. */
async function bundle(options) {
  const { metafile: inputs } = await build({ ...usual, ...options }).catch(() => process.exit(1));
  // A version that others do not have may be tried, and not released.
  if (!metafile) await requireLocked(Object.keys(inputs.inputs));
  await withoutPackages(`${options.outfile}.map`);
  return inputs;
}

/** Ends the build, and leaves nothing that could go into an image, when packages are not those of package-lock.json. */
async function requireLocked(paths) {
  const differences = await unlockedPackages(paths);
  if (differences.length === 0) return;
  await rm(dist, { recursive: true, force: true });
  console.error(`${differences.join('\n')}\nInstall what package-lock.json has: npm ci`);
  process.exit(1);
}

/** What a Job of a release brings the schema up to date with: `migrate.mjs`, and `migrations/` beside it. */
async function bundleMigrations() {
  // An ES module, because node-pg-migrate waits outside of functions; its dependencies ask for `require` all the same.
  const js =
    "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";
  const outfile = join(dist, 'migrate.mjs');
  await bundle({ entryPoints: [join(folder, 'src/migrate.ts')], outfile, format: 'esm', banner: { js } });
  await cp(join(folder, 'migrations'), join(dist, 'migrations'), { recursive: true });
}

/** Leaves only the workspace's own sources in a source map: Node reads it at each start, and packages are most of it. */
async function withoutPackages(path) {
  const map = JSON.parse(await readFile(path, 'utf8'));
  const kept = [...map.sources.keys()].filter((index) => !map.sources[index].includes('node_modules/'));
  const indexes = new Map(kept.map((index, position) => [index, position]));
  const mappings = decode(map.mappings).map((line) => {
    let wasKept = false;
    return line.flatMap(([column, source, ...rest]) => {
      const position = indexes.get(source);
      const ends = wasKept && position === undefined;
      wasKept = position !== undefined;
      return wasKept ? [[column, position, ...rest]] : ends ? [[column]] : [];
    });
  });
  const sources = kept.map((index) => map.sources[index]);
  const sourcesContent = kept.map((index) => map.sourcesContent[index]);
  await writeFile(path, JSON.stringify({ ...map, sources, sourcesContent, mappings: encode(mappings) }));
}
