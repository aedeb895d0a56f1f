import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../build/build.mjs');
const root = mkdtempSync(join(tmpdir(), 'build-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Builds a service that says what its description holds. That bytes are the same everywhere is in tools/stack-check. */
function build(folder: string): void {
  mkdirSync(join(root, folder, 'src'), { recursive: true });
  writeFileSync(join(root, folder, 'openapi.yaml'), "openapi: 3.1.0\npaths: { '/here': {} }\n");
  writeFileSync(
    join(root, folder, 'src/main.ts'),
    "import description from '../openapi.yaml';\nconsole.log(Object.keys(description.paths as object).join());\n",
  );
  execFileSync(process.execPath, [script, join(root, folder)]);
}

describe('build', () => {
  it('bundles the description', () => {
    build('run');
    const output = execFileSync(process.execPath, [join(root, 'run/dist/main.cjs')], { cwd: tmpdir() });
    expect(String(output)).toBe('/here\n');
  });

  it('puts the bundle where the environment says, and what went into it', () => {
    build('told');
    const [folder, metafile] = [join(root, 'elsewhere'), join(root, 'meta.json')];
    execFileSync(process.execPath, [script, join(root, 'told')], {
      env: { ...process.env, BUNDLE_FOLDER: folder, BUNDLE_METAFILE: metafile },
    });
    expect(readdirSync(folder)).toEqual(['main.cjs', 'main.cjs.map']);
    const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: object };
    expect(Object.keys(inputs).map((path) => path.split('/').at(-1))).toEqual(['openapi.yaml', 'main.ts']);
  });

  describe('of a workspace with a package-lock.json', () => {
    const workspace = join(root, 'locked');
    const packages = join(workspace, 'node_modules');

    /** Installs a package. @param folder below node_modules. */
    function install(folder: string, version: string): void {
      mkdirSync(join(packages, folder), { recursive: true });
      writeFileSync(
        join(packages, folder, 'package.json'),
        JSON.stringify({ name: folder, version, main: 'index.js' }),
      );
      writeFileSync(join(packages, folder, 'index.js'), `module.exports = ${JSON.stringify(version)};`);
    }

    /** Locks versions, then builds a service that needs two packages. Returns what was said, and what is in its dist/. */
    function buildLocked(versions: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
      const locked = Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]);
      writeFileSync(join(workspace, 'package-lock.json'), JSON.stringify({ packages: Object.fromEntries(locked) }));
      mkdirSync(join(workspace, 'apps/a/src'), { recursive: true });
      writeFileSync(
        join(workspace, 'apps/a/src/main.ts'),
        "import b from 'b';\nimport c from '@c/c';\nconsole.log(b, c);\n",
      );
      const { status, stderr } = spawnSync(process.execPath, [script, 'apps/a'], {
        cwd: workspace,
        env: { ...process.env, ...env },
      });
      return { status, text: String(stderr), hasDist: existsSync(join(workspace, 'apps/a/dist')) };
    }

    beforeEach(() => {
      rmSync(workspace, { recursive: true, force: true });
      install('b', '1.0.0');
      install('@c/c', '2.0.0');
      install('unused', '3.0.0');
    });

    it('builds when what is bundled is what it has, whatever else is installed', () => {
      expect(buildLocked({ b: '1.0.0', '@c/c': '2.0.0', unused: '9.9.9' })).toEqual({
        status: 0,
        text: '',
        hasDist: true,
      });
    });

    it('ends when a package is installed in another version, and leaves nothing to release', () => {
      const text =
        'b is installed in version 1.0.0, and package-lock.json has 1.0.1\n' +
        'Install what package-lock.json has: npm ci\n';
      expect(buildLocked({ b: '1.0.1', '@c/c': '2.0.0' })).toEqual({ status: 1, text, hasDist: false });
    });

    it('ends when a package is installed that it does not have', () => {
      const { status, text } = buildLocked({ b: '1.0.0' });
      expect(status).toBe(1);
      expect(text).toContain('@c/c is installed in version 2.0.0, and package-lock.json has none');
    });

    it('does not look when a service is developed', () => {
      const env = { BUNDLE_FOLDER: join(workspace, 'elsewhere'), BUNDLE_METAFILE: join(workspace, 'meta.json') };
      expect(buildLocked({ b: '1.0.1' }, env)).toMatchObject({ status: 0, text: '' });
    });
  });
});
