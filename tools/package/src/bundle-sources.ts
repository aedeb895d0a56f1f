import { build, transform, type Metafile, type Plugin } from 'esbuild';
import { createRequire } from 'node:module';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Never inside: the workspace's own Nx is used, and what is there only to make others faster. */
const external = ['nx', '@nx/*', 'bufferutil', 'utf-8-validate', './executors.cjs'];

/** Name in the code of what `import.meta.url` says, which CommonJS has none of. */
const moduleUrl = 'POC_MODULE_URL';

/**
 * Bundles the plugin's sources to CommonJS, all entries into one folder. What is imported late is a file of its own, and
 * what several files need is there once: two of a class would be strangers to `instanceof`. esbuild splits ES modules only,
 * so that these are made first, and each of them CommonJS then.
 * @param root of the repository. @param out folder of the files.
 * @returns the sources that went into the code, relative to the repository.
 */
export async function bundleSources(root: string, out: string): Promise<string[]> {
  const generators = await generatorFactories(root);
  const groups: Record<string, string>[] = [
    // By itself, so that no Nx command loads more files than it must.
    { 'graph-code': 'entry:graph' },
    { 'tools-code': 'entry:tools' },
    // It is copied to where nothing else is.
    { agent: join(root, 'tools/plugin/src/adapters/dev/agent.ts') },
    {
      'executors-code': 'entry:executors',
      ...(await migrations(root)),
      ...Object.fromEntries(generators.map(({ name, file }) => [`generator-${name}`, file])),
    },
  ];
  await mkdir(out, { recursive: true });
  const inputs = await Promise.all(groups.map((entryPoints) => bundle(root, entryPoints, out)));
  return [...new Set(inputs.flat())].sort();
}

async function bundle(root: string, entryPoints: Record<string, string>, out: string): Promise<string[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    // Its CommonJS form requires files by a way that cannot be followed.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    outExtension: { '.js': '.cjs' },
    chunkNames: '[name]-[hash]',
    define: { POC_PACKAGE_FOLDER: '__dirname', 'import.meta.url': moduleUrl, 'import.meta.dirname': '__dirname' },
    plugins: [virtualEntries(root), withoutGraphQl, templatesBesideGenerators(join(root, 'tools/plugin/src'))],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const { outputs } = metafile satisfies Metafile;
  await Promise.all(outputFiles.map(async ({ path, text }) => writeFile(path, await toCommonJs(text))));
  return Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
}

async function toCommonJs(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // Names of functions and classes stay, in what people read and where code asks for them.
    minifyIdentifiers: true,
    keepNames: true,
    legalComments: 'none',
    // By require: what `import` says of a CommonJS file is found by reading it, not by running it.
    supported: { 'dynamic-import': false },
  });
  if (!code.includes(moduleUrl)) return `${code}${namesOf(text)}`;
  return `var ${moduleUrl}=require("node:url").pathToFileURL(__filename).href;${code}`;
}

/**
 * A package of CommonJS that is imported late is a file with a default export, and the names of what it has are looked for
 * beside that: `const { Ajv } = await import('ajv')`.
 */
function namesOf(text: string): string {
  if (!/export default require_\w+\(\);\s*$/.test(text)) return '';
  return (
    'for(const name of Object.keys(Object(module.exports.default)))if(!(name in module.exports))' +
    'Object.defineProperty(module.exports,name,{enumerable:true,get:()=>module.exports.default[name]});'
  );
}

/** A generator of generators.json. */
export interface GeneratorFactory {
  readonly name: string;
  /** Its source. */
  readonly file: string;
  /** What it exports, where that is not its default. */
  readonly exported?: string;
}

/** Returns the generators that generators.json has. */
export async function generatorFactories(root: string): Promise<GeneratorFactory[]> {
  const plugin = join(root, 'tools/plugin');
  const { generators } = JSON.parse(await readFile(join(plugin, 'generators.json'), 'utf8')) as {
    generators: Record<string, { factory: string }>;
  };
  return Object.entries(generators).map(([name, { factory }]) => {
    const [path, exported] = factory.split('#');
    return { name, file: join(plugin, `${path!}.ts`), ...(exported !== undefined && { exported }) };
  });
}

/** Returns the migrations that migrations.json has, by the names of their files. */
async function migrations(root: string): Promise<Record<string, string>> {
  const plugin = join(root, 'tools/plugin');
  const { generators } = JSON.parse(await readFile(join(plugin, 'migrations.json'), 'utf8')) as {
    generators: Record<string, { implementation: string }>;
  };
  const files = Object.entries(generators).map(([name, { implementation }]) => [
    `migration-${name}`,
    join(plugin, `${implementation}.ts`),
  ]);
  return Object.fromEntries(files) as Record<string, string>;
}

/** The entries that tools/nx/entries.cjs has the text of. */
function virtualEntries(root: string): Plugin {
  const entries = createRequire(import.meta.url)(join(root, 'tools/nx/entries.cjs')) as Record<
    string,
    { entry: string }
  >;
  return {
    name: 'virtual-entries',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice('entry:'.length), namespace: 'entry' }));
      onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => ({
        contents: entries[path]!.entry,
        loader: 'ts',
        resolveDir: join(root, 'tools/plugin/src'),
      }));
    },
  };
}

/** Redocly lints GraphQL, too, which nobody asks it for here; that takes 400 kB. */
const withoutGraphQl: Plugin = {
  name: 'without-graphql',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^graphql$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/** Generators find their templates beside their source: in the package, wherever their code lies, at the same place in it. */
function templatesBesideGenerators(source: string): Plugin {
  const generators = join(source, 'nx', 'generators');
  return {
    name: 'templates-beside-generators',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]nx[\\/]generators[\\/].*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const folder = relative(generators, dirname(path)).split(sep).join('/');
        const place = JSON.stringify(`/generators/${folder}`);
        return { contents: text.replaceAll('import.meta.dirname', `(__dirname + ${place})`), loader: 'ts' };
      });
    },
  };
}
