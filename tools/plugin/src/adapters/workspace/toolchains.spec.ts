import type { ProjectGraph } from '@nx/devkit';
import { WorkspaceToolchains } from './toolchains.ts';

/** A workspace of files; a folder is what lies in one. */
function workspace(files: Readonly<Record<string, string>>) {
  const reads: string[] = [];
  const toolchains = new WorkspaceToolchains({
    read: (path) => {
      if (Object.hasOwn(files, path)) reads.push(path);
      return files[path];
    },
    list: (folder) =>
      Object.keys(files).flatMap((file) =>
        file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/')[0]! : [],
      ),
  });
  return { toolchains, reads };
}

/** A graph of projects with what each depends on, and the commands of their targets. */
function graphOf(
  projects: Readonly<Record<string, { root: string; needs?: string[]; commands?: Record<string, string> }>>,
): ProjectGraph {
  return {
    nodes: Object.fromEntries(
      Object.entries(projects).map(([name, { root, commands = {} }]) => [
        name,
        {
          name,
          type: 'app',
          data: {
            root,
            targets: Object.fromEntries(
              Object.entries(commands).map(([target, command]) => [
                target,
                { executor: 'nx:run-commands', options: { command } },
              ]),
            ),
          },
        },
      ]),
    ),
    dependencies: Object.fromEntries(
      Object.entries(projects).map(([name, { needs = [] }]) => [
        name,
        needs.map((target) => ({ source: name, target, type: 'static' })),
      ]),
    ),
  };
}

const shown = (all: readonly { language: string; version: string | undefined; file: string | undefined }[]) =>
  all.map(({ language, version, file }) => [language, version, file]);

describe('WorkspaceToolchains', () => {
  it('finds the nearest file of each language that is run, up to the root of the workspace', () => {
    const { toolchains } = workspace({
      'package.json': '{"engines":{"node":">=20"}}',
      'apps/.python-version': '3.12\n',
      'apps/a/pyproject.toml': '[project]\nrequires-python = ">=3.11"\n',
      'apps/a/package.json': '{}',
      'global.json': '// ours\n{ "sdk": { "version": "10.0.100", }, }',
      '.nvmrc': '22\n',
    });
    const commands = { build: 'node b.mjs && dotnet build', test: 'pytest' };
    const graph = graphOf({ a: { root: 'apps/a', commands }, b: { root: 'apps/b', commands } });
    const dotnet = ['dotnet', '10.0.100', 'global.json'];
    const node = ['node', '22', '.nvmrc'];
    expect(shown(toolchains.ofService(graph, 'a'))).toEqual([
      node,
      dotnet,
      ['python', '>=3.11', 'apps/a/pyproject.toml'],
    ]);
    expect(shown(toolchains.ofService(graph, 'b'))).toEqual([node, dotnet, ['python', '3.12', 'apps/.python-version']]);
  });

  it('passes over a nearer file that says no version', () => {
    const { toolchains } = workspace({ 'apps/a/pyproject.toml': '[tool.black]\n', '.python-version': '3.12\n' });
    const graph = graphOf({ a: { root: 'apps/a', commands: { test: 'pytest' } } });
    expect(shown(toolchains.ofService(graph, 'a'))).toEqual([['python', '3.12', '.python-version']]);
  });

  it('takes the higher version of go.mod and of a go.work above', () => {
    const { toolchains } = workspace({ 'apps/a/go.mod': 'module a\ngo 1.23\n', 'go.work': 'go 1.25.0\n' });
    const graph = graphOf({ a: { root: 'apps/a', commands: { build: 'go build' } } });
    expect(shown(toolchains.ofService(graph, 'a'))).toEqual([['go', '1.25.0', 'go.work']]);
  });

  it('needs what builds the libraries of the closure, and not what tests them', () => {
    const { toolchains } = workspace({ 'libs/wasm/go.mod': 'module wasm\ngo 1.24\n' });
    const graph = graphOf({
      a: { root: 'apps/a', commands: { build: 'node build.mjs' }, needs: ['near', 'npm:ajv'] },
      near: { root: 'libs/near', commands: { test: 'pytest' }, needs: ['wasm', 'near'] },
      wasm: { root: 'libs/wasm', commands: { build: 'go build', lint: 'python3 lint.py' } },
    });
    expect(shown(toolchains.ofService(graph, 'a'))).toEqual([
      ['node', undefined, undefined],
      ['go', '1.24', 'libs/wasm/go.mod'],
    ]);
  });

  it('needs nothing for a service of a Dockerfile alone, whatever it is written in', () => {
    const { toolchains } = workspace({
      'apps/a/Dockerfile': '',
      'apps/a/go.mod': 'module a\ngo 1.24\n',
      'apps/a/tools/x.py': '',
    });
    expect(toolchains.ofService(graphOf({ a: { root: 'apps/a' } }), 'a')).toEqual([]);
  });

  it('goes by the markers of its folder where a command does not tell', () => {
    const files = { 'apps/a/requirements.txt': '', 'apps/a/helpers/go.mod': '', 'apps/a/gen.go': '' };
    const graph = graphOf({ a: { root: 'apps/a', commands: { build: 'make' } } });
    expect(shown(workspace(files).toolchains.ofService(graph, 'a'))).toEqual([['python', undefined, undefined]]);
  });

  it('reads targets that only project.json has: those of a service that a generator adds', () => {
    const { toolchains } = workspace({
      'apps/a/project.json': '{ "targets": { "build": { "command": "go build" } } }',
    });
    expect(shown(toolchains.ofService(graphOf({ a: { root: 'apps/a' } }), 'a'))).toEqual([
      ['go', undefined, undefined],
    ]);
  });

  it('knows the Node.js that Nx runs on', () => {
    expect(shown([workspace({ 'package.json': '{"engines":{"node":">=20"}}' }).toolchains.ofNx()])).toEqual([
      ['node', '>=20', 'package.json'],
    ]);
    expect(shown([workspace({}).toolchains.ofNx()])).toEqual([['node', undefined, undefined]]);
  });

  it('reads a file once for all services', () => {
    const { toolchains, reads } = workspace({ 'go.mod': 'module all\ngo 1.24\n' });
    const graph = graphOf({
      a: { root: 'apps/a', commands: { build: 'go build' } },
      b: { root: 'apps/b', commands: { build: 'go build' } },
    });
    toolchains.ofService(graph, 'a');
    toolchains.ofService(graph, 'b');
    expect(reads).toEqual(['go.mod']);
  });

  it.each([
    ['global.json', '{ "sdk": ', 'dotnet build', /global\.json.*not JSON: .* in line 1/],
    ['pyproject.toml', '[project', 'pytest', /pyproject\.toml.*not TOML/],
    ['apps/a/go.mod', 'go x', 'go build', /apps\/a\/go\.mod:1/],
    ['.nvmrc', 'x y', 'node a', /\.nvmrc.*"x y"/],
  ])('refuses a %s with a mistake, naming it', (file, text, command, reason) => {
    const { toolchains } = workspace({ [file]: text });
    const graph = graphOf({ a: { root: 'apps/a', commands: { build: command } } });
    expect(() => toolchains.ofService(graph, 'a')).toThrow(reason);
  });
});
