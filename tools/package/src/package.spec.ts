import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPluginPackage } from './plugin-package.ts';
import { buildServiceHostPackage } from './service-host-package.ts';

const root = join(__dirname, '../../..');
const temp = mkdtempSync(join(tmpdir(), 'package-spec-'));
const plugin = join(temp, 'plugin');
const host = join(temp, 'service-host');
let inside: string[];

beforeAll(async () => {
  [inside] = await Promise.all([buildPluginPackage(root, plugin), buildServiceHostPackage(root, host)]);
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

type Json = Record<string, never>;
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Json;
const run = (code: string, cwd = plugin) =>
  execFileSync(process.execPath, ['-e', code], { cwd, encoding: 'utf8', env: { ...process.env, NODE_PATH: '' } });

/** Paths that a file of JSON has at some key, as far as they are relative. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [value.split('#')[0]!] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

describe('the package of the plugin', () => {
  it('needs nothing but the Nx of its workspace', () => {
    const manifest = json(join(plugin, 'package.json'));
    expect(manifest).toMatchObject({
      name: '@poc/plugin',
      engines: { node: '>=20.19' },
      peerDependencies: { nx: '>=22.0.0 <25', '@nx/devkit': '>=22.0.0 <25' },
      'nx-migrations': { migrations: './migrations.json', packageGroup: ['@poc/plugin', '@poc/service-host'] },
    });
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['dependencies']));
    expect(manifest).not.toHaveProperty('private');
    expect(manifest).not.toHaveProperty('type');
  });

  it('is at most 2 MB packed, of the files that it names', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: plugin, encoding: 'utf8' }),
    ) as [{ size: number; files: readonly { path: string }[] }];
    expect(packed.size).toBeLessThanOrEqual(2_000_000);
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['bin/poc.cjs', 'THIRD-PARTY-NOTICES.txt', 'LICENSE', 'README.md']));
    expect(paths.filter((path) => /\.(ts|map)$|\.spec\./.test(path) && !path.includes('/files/'))).toEqual([]);
  });

  it.each(['package.json', 'generators.json', 'executors.json', 'migrations.json'])(
    'has all files that its %s names',
    (file) => {
      const paths = pathsIn(json(join(plugin, file))).filter((path) => !path.includes('*'));
      expect(paths.filter((path) => !existsSync(join(plugin, path)))).toEqual([]);
    },
  );

  it('has the generators and executors of the sources', () => {
    const names = (file: string, key: string) => Object.keys(json(file)[key]!);
    expect(names(join(plugin, 'generators.json'), 'generators')).toEqual(
      names(join(root, 'tools/plugin/generators.json'), 'generators'),
    );
    expect(names(join(plugin, 'executors.json'), 'executors')).toEqual(
      names(join(root, 'tools/nx/executors.json'), 'executors'),
    );
  });

  it('loads in each Nx command nothing but itself and builtins of Node.js', () => {
    const load = `
      const { _load } = require('node:module');
      const asked = [];
      require('node:module')._load = function (name) { asked.push(name); return _load.apply(this, arguments); };
      require('./dist/graph.cjs');
      console.log(JSON.stringify(asked));`;
    const asked = JSON.parse(run(load)) as string[];
    const foreign = asked.filter(
      (name) => !name.startsWith('./') && !builtinModules.includes(name.replace('node:', '')),
    );
    expect(foreign).toEqual([]);
    expect(asked.filter((name) => name.startsWith('./')).length).toBeLessThanOrEqual(5);
  });

  it('names its executors by the package, and gives an implementation for each', () => {
    const implementations = Object.values(json(join(plugin, 'executors.json'))['executors']!) as Json[];
    const names = JSON.parse(
      run(`console.log(JSON.stringify(Object.keys(require('./dist/executors.cjs'))))`),
    ) as string[];
    const wanted = implementations.flatMap(({ implementation = '', batchImplementation = implementation }) =>
      [implementation, batchImplementation].map((path) => String(path).split('#')[1]!),
    );
    expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
    const code = readFileSync(join(plugin, 'dist/graph-code.cjs'), 'utf8');
    expect(code).toContain('@poc/plugin');
  });

  it('keeps what few commands need in files of their own', () => {
    const late = /class \w*(GitHubForge|ApiManagementFacade)\b|"(GitHubForge|ApiManagementFacade)"/;
    expect(readFileSync(join(plugin, 'dist/executors-code.cjs'), 'utf8')).not.toMatch(late);
    const files = readdirSync(join(plugin, 'dist')).filter((name) => name.endsWith('.cjs'));
    expect(files.filter((name) => late.test(readFileSync(join(plugin, 'dist', name), 'utf8'))).length).toBeGreaterThan(
      0,
    );
  });

  it('finds by name what packages of CommonJS export that are imported late', () => {
    const file = readdirSync(join(plugin, 'dist')).find((name) => name.startsWith('ajv-'));
    expect(run(`console.log(typeof require('./dist/${file}').Ajv)`).trim()).toBe('function');
    const files = readdirSync(join(plugin, 'dist')).filter((name) => name.endsWith('.cjs'));
    const native = files.filter((name) => /[^.\w]import\("\.\//.test(readFileSync(join(plugin, 'dist', name), 'utf8')));
    expect(native).toEqual([]);
  });

  it('has the templates beside each generator', () => {
    const generator = (name: string) => readdirSync(join(plugin, 'dist/generators', name));
    expect(generator('service')).toEqual(expect.arrayContaining(['files', 'generator.cjs', 'schema.json']));
    expect(readFileSync(join(plugin, 'dist/generator-service.cjs'), 'utf8')).toContain('/generators/service');
  });

  it('hands on the licence of each package whose code is in it', () => {
    const notices = readFileSync(join(plugin, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const named = (folder: string) => {
      const { name, version } = json(join(root, folder, 'package.json')) as unknown as {
        name: string;
        version: string;
      };
      return notices.includes(`\n${name} ${version}\n`);
    };
    expect(inside.length).toBeGreaterThan(50);
    expect(inside).toEqual(expect.arrayContaining(['node_modules/yaml', 'node_modules/swagger-ui-dist']));
    expect(inside.filter((folder) => !named(folder))).toEqual([]);
  });

  it('says so, and changes nothing, where there is no Nx', () => {
    const bin = join(plugin, 'bin/poc.cjs');
    const spawn = `const r = require('child_process').spawnSync(process.execPath, [${JSON.stringify(bin)}, 'run', 'a:b'], { encoding: 'utf8' }); console.log(String(r.status), r.stderr)`;
    expect(run(spawn, tmpdir())).toMatch(/^2 Could not run Nx: There is none in .* or above it\.\n {2}hint: /);
  });
});

describe('the package of the host of services', () => {
  it('is code and types, of the same version as the plugin', () => {
    const manifest = json(join(host, 'package.json'));
    expect(manifest).toMatchObject({
      name: '@poc/service-host',
      version: json(join(plugin, 'package.json'))['version'],
    });
    expect(pathsIn(manifest).filter((path) => !existsSync(join(host, path)))).toEqual([]);
    expect(readFileSync(join(host, 'dist/types/index.d.ts'), 'utf8')).not.toMatch(/from '\..*\.ts'/);
    expect(Object.keys(manifest['dependencies']!)).toEqual(expect.arrayContaining(['fastify', 'pino']));
  });
});

it('nx release gives both one version, in sources that are no service of ours', () => {
  const argv = [join(root, 'node_modules/nx/dist/bin/nx.js'), 'release', '9.9.9', '--skip-publish', '--dry-run'];
  const env = { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' };
  const output = execFileSync(process.execPath, argv, { cwd: root, encoding: 'utf8', env, stdio: 'pipe' });
  const written = [...output.matchAll(/New version 9\.9\.9 written to manifest: (.*)$/gm)].map(([, file]) => file);
  expect(written.sort()).toEqual(['libs/service-host/package.json', 'tools/plugin/package.json']);
});
