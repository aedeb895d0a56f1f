/**
 * Bundles a service into its dist/: `node libs/service-host/build/build.mjs apps/orders`. dist/ is emptied before, and
 * holds the same bytes wherever the workspace lies. The environment may name another folder (`BUNDLE_FOLDER`), and a
 * file for what esbuild says of its inputs (`BUNDLE_METAFILE`).
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { parse } from 'yaml';

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
const { metafile: inputs } = await build({
  entryPoints: [join(folder, 'src/main.ts')],
  outfile: join(dist, 'main.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // ES modules first: of them, only what is used comes into the bundle.
  mainFields: ['module', 'main'],
  // Without spaces, and with the names of functions: Node reads it faster, and a stack still says what was called.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  metafile: true,
  plugins: [yaml],
  logLevel: 'warning',
}).catch(() => process.exit(1));
if (metafile) await writeFile(metafile, JSON.stringify(inputs));
await withoutPackages(join(dist, 'main.cjs.map'));

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
