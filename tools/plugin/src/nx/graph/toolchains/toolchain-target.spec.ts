import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createNodes } from '../create-nodes.ts';
import { readProjectFile } from '../project-file.ts';
import { toolchainTarget } from './toolchain-target.ts';

let workspaceRoot: string;
beforeEach(() => (workspaceRoot = mkdtempSync(join(tmpdir(), 'toolchain-target-'))));
afterEach(() => rmSync(workspaceRoot, { recursive: true }));

function write(file: string, content: string | object = ''): void {
  const path = join(workspaceRoot, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

const commands = (texts: Record<string, string>) => ({
  targets: Object.fromEntries(Object.entries(texts).map(([name, command]) => [name, { command }])),
});
const projectOf = (root: string, isService: boolean) => {
  const projectFile = readProjectFile(root, workspaceRoot);
  return { root, workspaceRoot, projectFile, isService, knownFolders: new Map() };
};
const languages = async (root: string, isService = true) =>
  (await toolchainTarget(projectOf(root, isService)))?.metadata?.technologies;

describe('toolchainTarget', () => {
  it('is there for services that run the tool of another language', async () => {
    write('apps/a/project.json', commands({ build: 'go build', test: 'pytest' }));
    expect(await languages('apps/a')).toEqual(['go', 'python']);
  });

  it('is not there for a service of Node.js that Nx runs on, so that it costs nothing', async () => {
    write('package.json', { engines: { node: `>=${process.versions.node}` } });
    write('apps/a/project.json', commands({ build: 'node build.mjs', lint: 'eslint .', test: 'jest' }));
    expect(await languages('apps/a')).toBeUndefined();
  });

  it.each([
    ['apps/a/.nvmrc', '1.2.3'],
    ['.node-version', '99'],
    ['package.json', { engines: { node: '<1' } }],
    ['.nvmrc', 'banana'],
  ])('is there for a service of Node.js when %s says another version', async (file, content) => {
    write('apps/a/project.json', commands({ build: 'node build.mjs' }));
    write(file, content);
    expect(await languages('apps/a')).toEqual(['node']);
    expect(await languages('apps/a', false)).toBeUndefined();
  });

  it('is there where nobody can tell and the folder is a project of a language', async () => {
    write('apps/a/project.json', commands({ build: 'make' }));
    write('apps/a/tests/go.mod');
    expect(await languages('apps/a')).toBeUndefined();
    write('apps/a/go.mod');
    expect(await languages('apps/a')).toEqual(['go']);
    write('apps/b/project.json', {});
    write('apps/b/b.csproj');
    expect(await languages('apps/b')).toEqual(['dotnet']);
  });

  it('is there for a library that is built, and not for how it is tested', async () => {
    write('libs/a/project.json', commands({ build: 'go build', test: 'pytest' }));
    write('libs/b/project.json', commands({ build: 'tsc', test: 'pytest' }));
    expect(await languages('libs/a', false)).toEqual(['go']);
    expect(await languages('libs/b', false)).toBeUndefined();
  });

  it('is cached by the files that say the version, and by what is installed', async () => {
    write('apps/a/project.json', commands({ build: 'python3 build.py', lint: 'go vet' }));
    write('apps/.python-version', '3.12');
    const { cache, inputs } = (await toolchainTarget(projectOf('apps/a', true)))!;
    expect(cache).toBe(true);
    expect(inputs).toEqual(
      expect.arrayContaining([
        ...['apps/a/go.mod', 'apps/go.work', 'go.mod', 'apps/a/pyproject.toml', '.python-version'].map(
          (file) => `{workspaceRoot}/${file}`,
        ),
        { runtime: 'node tools/nx/installed-tool.cjs go .' },
        { runtime: 'node tools/nx/installed-tool.cjs python apps' },
      ]),
    );
  });

  it('is found by Nx beside the inputs of the language', async () => {
    write('apps/a/project.json', commands({ build: 'go build' }));
    write('apps/a/main.go');
    write('apps/a/Dockerfile');
    mkdirSync(join(workspaceRoot, 'apps/a/k8s'));
    const [[, { projects }]] = (await createNodes[1](['apps/a/project.json'], undefined, { workspaceRoot })) as [
      [string, { projects: Record<string, object> }],
    ];
    expect(Object.keys(projects['apps/a']!)).toEqual(['namedInputs', 'targets']);
  });
});
