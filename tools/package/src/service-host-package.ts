import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Builds the package of the HTTP host that services of Node.js use: CommonJS and types. Its packages are dependencies and
 * not inside: a service registers plugins of Fastify with it, and gets Fastify's types from it, so that both must mean one Fastify.
 * @param root of the repository. @param out its folder: what was there is gone.
 */
export async function buildServiceHostPackage(root: string, out: string): Promise<void> {
  const library = join(root, 'libs/service-host');
  await rm(out, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(library, 'src/index.ts')],
    outfile: join(out, 'dist/index.cjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    metafile: true,
    logLevel: 'error',
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  await writeTypes(root, join(out, 'dist/types'));
  for (const file of ['README.md', 'LICENSE'])
    await cp(join(file === 'LICENSE' ? root : library, file), join(out, file));
  const { private: _private, type: _type, main: _main, ...said } = await readJson(join(library, 'package.json'));
  const manifest = {
    ...said,
    main: './dist/index.cjs',
    types: './dist/types/index.d.ts',
    exports: {
      '.': { types: './dist/types/index.d.ts', default: './dist/index.cjs' },
      './package.json': './package.json',
    },
    files: ['dist'],
    dependencies: await dependencies(root, imported),
  };
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Writes the declarations that the compiler makes. */
async function writeTypes(root: string, out: string): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = ['-p', join(root, 'libs/service-host/tsconfig.package.json'), '--outDir', out];
  await promisify(execFile)(process.execPath, [tsc, ...args]);
  await cp(join(root, 'libs/service-host/src/description-modules.d.ts'), join(out, 'description-modules.d.ts'));
  const files = (await readdir(out, { recursive: true })).filter((file) => file.endsWith('.d.ts'));
  const texts = files.map(async (file) => [file, await readFile(join(out, file), 'utf8')] as const);
  // `./drain.ts` is what only the repository's own settings of the compiler allow.
  for (const [file, text] of await Promise.all(texts))
    await writeFile(join(out, file), text.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"));
}

/** Returns the packages that the code imports, in the versions that the repository asks for. */
async function dependencies(root: string, imported: readonly string[]): Promise<Record<string, string>> {
  const { dependencies: known = {} } = (await readJson(join(root, 'package.json'))) as {
    dependencies?: Record<string, string>;
  };
  const names = imported.flatMap((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const packages = [...new Set(names)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
  const missing = packages.filter((name) => known[name] === undefined);
  if (missing.length > 0) throw new Error(`No dependencies of the repository: ${missing.join(', ')}`);
  return Object.fromEntries(packages.sort().map((name) => [name, known[name]!]));
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}
