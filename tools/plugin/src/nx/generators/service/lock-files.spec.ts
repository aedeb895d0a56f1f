import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentsFolder } from '../../../model/environment/environment.ts';
import { generateService } from './generator.ts';

/*
 * A build takes the versions of the lock file or ends. Go and Python are run as they are generated, without a network: what
 * differs is found before anything is fetched. Node.js: libs/service-host/src/build.spec.ts. .NET: dotnet.spec.ts.
 */
let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'lock-files-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** Writes a generated service. @returns its folder. */
async function generated(stack: string): Promise<string> {
  const tree = createTreeWithEmptyWorkspace();
  tree.write(`${environmentsFolder}/dev.yaml`, 'name: dev\nvariables:\n  ROUTE_HOSTNAME: dev.localhost\n');
  await generateService(tree, { name: 'ratings', stack });
  for (const { path, content } of tree.listChanges()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content ?? '');
  }
  return join(root, 'apps/ratings');
}

function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(file, change(text));
}

/** Runs the target `build` of a generated service. */
function build(folder: string, env: NodeJS.ProcessEnv = {}): { code: number | null; text: string } {
  const { targets } = JSON.parse(readFileSync(join(folder, 'project.json'), 'utf8')) as {
    targets: { build: { options: { command: string; env?: Record<string, string> } } };
  };
  const { command, env: own } = targets.build.options;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, ...env, ...own },
  });
  return { code: status, text: `${String(stdout)}${String(stderr)}` };
}

describe('a service in Go', () => {
  const offline = { GOPROXY: 'off', GOTOOLCHAIN: 'local' };

  it('is not built with a version that go.sum does not have', async () => {
    const folder = await generated('go');
    edit(join(folder, 'go.mod'), (text) => text.replace(/client_golang v1\.\d+\.\d+/, 'client_golang v1.22.0'));
    const { code, text } = build(folder, { ...offline, GOFLAGS: '-mod=mod' });
    expect(code).not.toBe(0);
    expect(text).toMatch(/missing go\.sum entry|updates to go\.mod needed/);
    expect(existsSync(join(folder, 'dist/ratings'))).toBe(false);
  });

  it('is not built with a package that go.mod does not have', async () => {
    const folder = await generated('go');
    // Go looks for the package in the go.mod of all modules first, also of those that the build does not need.
    spawnSync('go', ['list', '-m', 'all'], { cwd: folder });
    edit(join(folder, 'answer.go'), (text) => text.replace('import (', 'import (\n\t_ "example.org/none/such"'));
    const { code, text } = build(folder, { ...offline, GOFLAGS: '-mod=mod' });
    expect(code).not.toBe(0);
    expect(text).toContain('import lookup disabled by -mod=readonly');
  });
});

describe('a service in Python', () => {
  /** A pip that installs what its folder holds, so that no package is fetched. */
  function pip(packages: Readonly<Record<string, readonly string[]>>): NodeJS.ProcessEnv {
    const modules = join(root, 'modules');
    mkdirSync(join(modules, 'pip'), { recursive: true });
    const real = spawnSync('python3', ['-c', 'import pip; print(pip.__path__[0])'], { encoding: 'utf8' }).stdout.trim();
    // Of the real one, what reads requirements.
    writeFileSync(join(modules, 'pip/__init__.py'), `__path__.append(${JSON.stringify(real)})\n`);
    const metadata = Object.entries(packages).map(([nameAndVersion, needs]) => {
      const [name, version] = nameAndVersion.split('==');
      const lines = [
        'Metadata-Version: 2.1',
        `Name: ${name}`,
        `Version: ${version}`,
        ...needs.map((need) => `Requires-Dist: ${need}`),
      ];
      return [`${name}-${version}.dist-info`, lines.join('\n')];
    });
    writeFileSync(
      join(modules, 'pip/__main__.py'),
      `import sys, json
from pathlib import Path
target = Path(next(word for word in sys.argv if word.startswith("--target="))[9:])
for folder, text in json.loads(${JSON.stringify(JSON.stringify(metadata))}):
    (target / folder).mkdir(parents=True)
    (target / folder / "METADATA").write_text(text)
`,
    );
    return { PYTHONPATH: modules };
  }

  /** Writes what is asked for, and what is locked. */
  async function service(asked: string, locked: readonly string[]): Promise<string> {
    const folder = await generated('python');
    writeFileSync(join(folder, 'requirements.txt'), asked);
    writeFileSync(
      join(folder, 'requirements.lock'),
      locked.map((each) => `${each} \\\n    --hash=sha256:0\n`).join(''),
    );
    return folder;
  }

  it('is built when the lock file holds all that is asked for, and all that this needs', async () => {
    const locked = ['web==2.0', 'json-tool==1.1', 'speedups==3.0'];
    const asked = 'web[fast]>=2 # why\n# a comment\nold; python_version < "3.0"\n-r more.txt\n';
    const folder = await service(asked, locked);
    writeFileSync(join(folder, 'more.txt'), 'Json_Tool==1.1\n');
    const needs = [
      'json.tool<2',
      'speedups; extra == "fast"',
      'pywin; sys_platform == "win32"',
      'slow; extra == "slow"',
    ];
    expect(build(folder, pip({ 'web==2.0': needs, 'json_tool==1.1': [], 'speedups==3.0': [] }))).toEqual({
      code: 0,
      text: '',
    });
    expect(readdirSync(join(folder, 'dist')).sort()).toEqual(['app', 'lib']);
  });

  it.each([
    ['a package that is not in it', 'web\nother\n', 'other'],
    ['another version', 'web>=3\n', 'web>=3'],
    ['a package by a file that is taken in', '-r more.txt\n', 'more'],
    ['a package of the workspace that is not in it', '-e ../../libs/money\n', '-e ../../libs/money'],
  ])('is not built when requirements.txt asks for %s', async (_, asked, named) => {
    const folder = await service(asked, ['web==2.0']);
    writeFileSync(join(folder, 'more.txt'), 'more\n');
    const { code, text } = build(folder, pip({ 'web==2.0': [] }));
    expect({ code, text }).toEqual({
      code: 1,
      text: expect.stringContaining(`requirements.lock does not hold \`${named}\`. Renew it: uv pip compile`),
    });
  });

  it.each([
    [
      'a package that another one needs',
      'web\n',
      ['web==2.0'],
      { 'web==2.0': ['json-tool'] },
      '`json-tool`, which web needs',
    ],
    [
      'it in the version that it needs',
      'web\n',
      ['web==2.0', 'b==1.0'],
      { 'web==2.0': ['b>=2'], 'b==1.0': [] },
      '`b>=2`, which web needs',
    ],
    [
      'what an extra needs',
      'web[fast]\n',
      ['web==2.0'],
      { 'web==2.0': ['speedups; extra == "fast"'] },
      'which web needs',
    ],
  ])('is not built when the lock file lacks %s', async (_, asked, locked, installed, named) => {
    const folder = await service(asked, locked);
    const { code, text } = build(folder, pip(installed));
    expect(code).toBe(1);
    expect(text).toContain(named);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });
});
