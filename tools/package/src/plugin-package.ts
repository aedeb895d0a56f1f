import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { bundleSources, generatorFactories } from './bundle-sources.ts';
import { packageFolders, thirdPartyNotices } from './notices.ts';

const { bundleDashboard } = createRequire(import.meta.url)('../../dashboard/bundle.cjs') as {
  bundleDashboard(): Promise<Record<'html' | 'js' | 'css' | 'graphLayout', string> & { readonly inputs: string[] }>;
};
const compress = promisify(brotliCompress);

/** The files of the viewer of APIs, and the licence that goes with it. */
const viewer = ['favicon-32x32.png', 'LICENSE', 'NOTICE'];
/** Its script is a fifth of the package; both are a quarter smaller by Brotli than as npm packs them. */
const packedViewer = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** Files of the repository that are the same in the package. */
const doors = ['graph.cjs', 'executors.cjs', 'installed-tool.cjs'];

interface Collection {
  readonly $schema?: string;
  readonly [entries: string]: unknown;
}

type Entries = Record<string, Record<string, unknown>>;

/**
 * Builds the package of the plugin.
 * @param root of the repository. @param out its folder: what was there is gone.
 * @returns the packages whose code is inside, as folders relative to the repository.
 */
export async function buildPluginPackage(root: string, out: string): Promise<string[]> {
  const plugin = join(root, 'tools/plugin');
  await rm(out, { recursive: true, force: true });
  const sources = await bundleSources(root, join(out, 'dist'));
  await copyDoors(root, out);
  await writeGenerators(root, out);
  await writeExecutors(root, out);
  await cp(join(plugin, 'schemas'), join(out, 'schemas'), { recursive: true });
  await cp(join(plugin, 'assets'), join(out, 'assets'), { recursive: true });
  for (const file of viewer)
    await cp(join(root, 'node_modules/swagger-ui-dist', file), join(out, 'assets/swagger-ui', file));
  for (const file of packedViewer)
    await writePacked(
      join(out, 'assets/swagger-ui', file),
      await readFile(join(root, 'node_modules/swagger-ui-dist', file)),
    );
  const page = await writeDashboard(root, join(out, 'assets/dashboard'));
  await cp(join(plugin, 'README.md'), join(out, 'README.md'));
  await writeMigrations(root, out);
  await cp(join(plugin, 'bin'), join(out, 'bin'), { recursive: true });
  await cp(join(root, 'LICENSE'), join(out, 'LICENSE'));
  const folders = packageFolders([...sources, ...page, 'node_modules/swagger-ui-dist/']);
  await writeFile(join(out, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices(root, folders));
  await writeJson(join(out, 'package.json'), await manifest(root));
  return folders;
}

/** Writes the dashboard's page. @returns the sources that are in it, relative to the repository. */
async function writeDashboard(root: string, out: string): Promise<string[]> {
  const { html, js, css, graphLayout, inputs } = await bundleDashboard();
  await mkdir(out, { recursive: true });
  const files = { 'index.html': html, 'dashboard.js': js, 'dashboard.css': css, 'graph-layout.js': graphLayout };
  for (const [name, text] of Object.entries(files)) await writePacked(join(out, name), text);
  return inputs;
}

/** Writes a file as the plugin's `readPackedFile` reads it. */
async function writePacked(path: string, content: string | Buffer): Promise<void> {
  await writeFile(`${path}.br`, await compress(content));
}

/** Returns package.json: what the source says of the package, but for what serves the repository only. */
async function manifest(root: string): Promise<object> {
  const source = await readJson(join(root, 'tools/plugin/package.json'));
  const { private: _private, type: _type, ...said } = source;
  return {
    ...said,
    main: './dist/graph.cjs',
    generators: './generators.json',
    executors: './executors.json',
    exports: {
      '.': './dist/graph.cjs',
      './package.json': './package.json',
      './generators.json': './generators.json',
      './executors.json': './executors.json',
      './migrations.json': './migrations.json',
      './schemas/*': './schemas/*',
      // Nx starts them for the hash of a target (model/product/installation.ts).
      './dist/installed-tool.cjs': './dist/installed-tool.cjs',
      './dist/lint-rules-state.cjs': './dist/lint-rules-state.cjs',
    },
    files: [
      ...['assets', 'bin', 'dist', 'schemas', 'generators.json', 'executors.json', 'migrations.json'],
      'THIRD-PARTY-NOTICES.txt',
    ],
  };
}

async function copyDoors(root: string, out: string): Promise<void> {
  for (const file of doors) await cp(join(root, 'tools/nx', file), join(out, 'dist', file));
  const published = join(root, 'tools/package/published');
  for (const file of await readdir(published)) await cp(join(published, file), join(out, 'dist', file));
}

/** Writes generators.json, and beside each generator its schema and its templates. */
async function writeGenerators(root: string, out: string): Promise<void> {
  const source = await readCollection(join(root, 'tools/plugin/generators.json'), 'generators');
  const factories = new Map((await generatorFactories(root)).map((factory) => [factory.name, factory]));
  const generators = Object.entries(source).map(async ([name, generator]) => {
    const { file, exported } = factories.get(name)!;
    const folder = `dist/generators/${name}`;
    await mkdir(join(out, folder), { recursive: true });
    const code = `module.exports = require('../../generator-${name}.cjs');\n`;
    await writeFile(join(out, folder, 'generator.cjs'), code);
    await cp(join(root, 'tools/plugin', String(generator['schema'])), join(out, folder, 'schema.json'));
    await cp(join(dirname(file), 'files'), join(out, folder, 'files'), { recursive: true }).catch(ignoreMissing);
    const factory = `./${folder}/generator.cjs${exported === undefined ? '' : `#${exported}`}`;
    return [name, { ...generator, factory, schema: `./${folder}/schema.json` }];
  });
  await writeJson(join(out, 'generators.json'), {
    generators: Object.fromEntries(await Promise.all(generators)) as Entries,
  });
}

/** Writes migrations.json, which names their code. */
async function writeMigrations(root: string, out: string): Promise<void> {
  const { $schema: _schema, ...said } = await readJson(join(root, 'tools/plugin/migrations.json'));
  const generators = Object.entries(said['generators'] as Entries).map(([name, migration]) => [
    name,
    { ...migration, implementation: `./dist/migration-${name}.cjs` },
  ]);
  await writeJson(join(out, 'migrations.json'), { ...said, generators: Object.fromEntries(generators) as Entries });
}

/** Writes executors.json, and the schemas that it names. */
async function writeExecutors(root: string, out: string): Promise<void> {
  const source = await readCollection(join(root, 'tools/nx/executors.json'), 'executors');
  const executors = Object.entries(source).map(async ([name, executor]) => {
    const schema = `./dist/executors/${name}/schema.json`;
    await cp(join(root, 'tools/nx', String(executor['schema'])), join(out, schema));
    const moved = ['implementation', 'batchImplementation'].flatMap((key) => {
      const value = executor[key];
      return typeof value === 'string' ? [[key, value.replace('./executors.cjs', './dist/executors.cjs')]] : [];
    });
    return [name, { ...executor, ...(Object.fromEntries(moved) as object), schema }];
  });
  await writeJson(join(out, 'executors.json'), {
    executors: Object.fromEntries(await Promise.all(executors)) as Entries,
  });
}

async function readCollection(path: string, key: string): Promise<Entries> {
  return ((await readJson(path)) as Collection)[key] as Entries;
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
