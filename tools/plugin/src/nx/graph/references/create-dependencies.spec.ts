import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { ClosureIndex } from '../../../adapters/workspace/closure-index.ts';
import { contentFilter } from '../../../adapters/workspace/content.ts';
import { serviceBuild } from '../../../adapters/workspace/service-build.ts';
import { serviceIn } from '../../../adapters/workspace/service.ts';
import { triggerPaths } from '../../../adapters/workspace/trigger-paths.ts';
import { findDependents } from '../../generators/remove-service/dependents.ts';

const workspace = join(__dirname, '../../../../../..');
const nx = join(workspace, 'node_modules/nx/dist/bin/nx.js');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'references-'));
  symlinkSync(join(workspace, 'node_modules'), join(folder, 'node_modules'));
  const { namedInputs, targetDefaults } = JSON.parse(readFileSync(join(workspace, 'nx.json'), 'utf8'));
  const plugins = [join(workspace, 'tools/nx/graph.cjs')];
  write(
    'nx.json',
    JSON.stringify({ namedInputs, targetDefaults, plugins, analytics: false, neverConnectToCloud: true }),
  );
  write('package.json', '{ "name": "shop", "version": "0.0.0" }');
  write('.gitignore', 'node_modules\n.nx\n');
  const projects = {
    site: 'apps/site',
    orders: 'apps/orders',
    stock: 'apps/stock',
    lib: 'libs/lib',
    alone: 'libs/alone',
  };
  for (const [name, root] of Object.entries(projects)) {
    for (const language of ['go', 'python', 'dotnet'])
      if (name !== 'site') project(`${language}-${name}`, root.replace('/', `/${language}-`));
  }
  project('site', 'apps/site');
  write('apps/site/main.ts', 'export const a = 1;\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function project(name: string, root: string): void {
  write(`${root}/project.json`, JSON.stringify({ name, targets: { build: { command: 'true' } } }));
}

/** Runs nx where there is no SDK of any language. */
function run(...args: string[]): { stdout: string; stderr: string } {
  const variables = Object.entries(process.env).filter(([name]) => !/^(NX_|JEST_|NODE_OPTIONS)/.test(name));
  const { stdout, stderr, status } = spawnSync(process.execPath, [nx, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...Object.fromEntries(variables), PATH: '/usr/bin:/bin', NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
  });
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
  return { stdout, stderr };
}

function affectedBy(file: string): string[] {
  const { stdout } = run('show', 'projects', '--affected', `--files=${file}`, '--json');
  return (JSON.parse(stdout) as string[]).sort();
}

describe('a file that a manifest is a symbolic link to', () => {
  it('affects the service, and is warned of where it is of no project', () => {
    project('common', 'libs/common');
    write('libs/common/k8s-parts/policy.yaml', 'kind: ConfigMap\n');
    write('shared/alone.yaml', 'kind: ConfigMap\n');
    write('apps/site/k8s/own.yaml', 'kind: Service\n');
    expect(affectedBy('libs/common/k8s-parts/policy.yaml')).toEqual(['common']);
    symlinkSync('../../../libs/common/k8s-parts/policy.yaml', join(folder, 'apps/site/k8s/policy.yaml'));
    expect(affectedBy('libs/common/k8s-parts/policy.yaml')).toEqual(['common', 'site']);
    symlinkSync('../../../shared/alone.yaml', join(folder, 'apps/site/k8s/alone.yaml'));
    expect(run('show', 'projects').stderr).toContain('shared/alone.yaml is part of no project');
    for (const path of ['apps/site/k8s', 'shared', 'libs/common']) rmSync(join(folder, path), { recursive: true });
  });
});

describe('a changed library', () => {
  it('of Go affects its users and nobody else; files of the root all Go projects', () => {
    write('go.work', 'go 1.25\nuse ./apps/go-orders\nuse ./apps/go-stock\nuse ./libs/go-lib\nuse ./libs/go-alone\n');
    for (const root of ['apps/go-orders', 'apps/go-stock', 'libs/go-lib', 'libs/go-alone'])
      write(`${root}/go.mod`, `module x/${root}\n`);
    write('apps/go-orders/main.go', 'package main\nimport "x/libs/go-lib"\n');
    write('apps/go-stock/main.go', 'package main\n');
    write('apps/go-stock/main_test.go', 'package main\nimport "x/libs/go-lib"\n');
    write('libs/go-lib/lib.go', 'package lib\n');
    expect(affectedBy('libs/go-lib/lib.go')).toEqual(['go-lib', 'go-orders']);
    const all = ['go-alone', 'go-lib', 'go-orders', 'go-stock'];
    for (const file of ['go.work', 'go.sum']) expect(affectedBy(file)).toEqual(all);

    write('libs/go-lib/go.mod', 'module x/libs/go-lib\nreplace gone => ../gone\n');
    const { stderr } = run('show', 'projects', '--affected', '--files=go.work', '--json');
    expect(stderr).toContain('libs/go-lib/go.mod:2: ../gone: it points nowhere.');
    expect(stderr).toContain('implicitDependencies of libs/go-lib/project.json');
  });

  it('of Python affects its users and nobody else; files of the root all Python projects', () => {
    for (const name of ['orders', 'stock']) write(`apps/python-${name}/main.py`, '');
    for (const name of ['lib', 'alone']) {
      write(`libs/python-${name}/pyproject.toml`, `[project]\nname = "${name}"\n`);
      write(`libs/python-${name}/src/lib.py`, '');
    }
    write('apps/python-orders/requirements.txt', '-e ../../libs/python-lib\n-c ../../shared/constraints.txt\n');
    write('apps/python-stock/requirements-dev.txt', '-e ../../libs/python-lib\n');
    write('shared/constraints.txt', 'requests==2\n');
    expect(affectedBy('libs/python-lib/src/lib.py')).toEqual(['python-lib', 'python-orders']);
    expect(affectedBy('shared/constraints.txt')).toEqual(['python-orders']);
    const all = ['python-alone', 'python-lib', 'python-orders', 'python-stock'];
    for (const file of ['uv.lock']) expect(affectedBy(file)).toEqual(all);

    write('libs/python-alone/pyproject.toml', '[project]\nname = ');
    const { stderr } = run('show', 'projects', '--affected', '--files=uv.lock', '--json');
    expect(stderr.match(/libs\/python-alone\/pyproject.toml:2: pyproject.toml: this is not TOML/g)).toHaveLength(1);
  });

  it('of .NET affects its users and nobody else; files of the root and of folders above all .NET projects', () => {
    write('libs/dotnet-lib/Lib.csproj', '<Project Sdk="Microsoft.NET.Sdk"/>');
    write('libs/dotnet-alone/Alone.fsproj', '<Project Sdk="Microsoft.NET.Sdk"/>');
    const user =
      '<Project><ItemGroup><ProjectReference Include="..\\..\\libs\\dotnet-lib\\Lib.csproj"/></ItemGroup></Project>';
    write('apps/dotnet-orders/Orders.csproj', user);
    write('apps/dotnet-stock/src/Stock.csproj', '<Project/>');
    write('apps/dotnet-stock/tests/Stock.Tests.csproj', user);
    expect(affectedBy('libs/dotnet-lib/Money.cs')).toEqual(['dotnet-lib', 'dotnet-orders']);
    const all = ['dotnet-alone', 'dotnet-lib', 'dotnet-orders', 'dotnet-stock'];
    for (const file of ['Directory.Build.props', '.editorconfig']) expect(affectedBy(file)).toEqual(all);
    expect(affectedBy('apps/Directory.Packages.props')).toEqual(['dotnet-orders', 'dotnet-stock']);

    // An edge comes and goes with a file that is not the project's.
    write('apps/Directory.Build.targets', user.replace('..\\..\\', '$(MSBuildThisFileDirectory)../'));
    expect(affectedBy('libs/dotnet-lib/Money.cs')).toEqual(['dotnet-lib', 'dotnet-orders', 'dotnet-stock']);
    rmSync(join(folder, 'apps/Directory.Build.targets'));
    expect(affectedBy('libs/dotnet-lib/Money.cs')).toEqual(['dotnet-lib', 'dotnet-orders']);
    expect(affectedBy('apps/site/main.ts')).toEqual(['site']);
  });

  it('is content of its users, starts their pipelines, and cannot be removed', () => {
    const graph = graphOfNx();
    const nxJson = JSON.parse(readFileSync(join(folder, 'nx.json'), 'utf8')) as NxJsonConfiguration;
    const services = ['go', 'python', 'dotnet'].flatMap((language) => [`${language}-orders`, `${language}-stock`]);
    const index = new ClosureIndex(graph, nxJson, services);
    const users = (path: string) => {
      const found = services.filter((name) => contentFilter(serviceIn(graph, nxJson, name))(path));
      // `where`, `outdated` and suspect commits see it from the side of the file.
      expect([...index.affectedBy(path)].sort()).toEqual([...found].sort());
      return found;
    };
    for (const [language, source, root] of [
      ['go', 'lib.go', 'go.work'],
      ['python', 'src/lib.py', 'uv.lock'],
      ['dotnet', 'Money.cs', 'Directory.Build.props'],
    ] as const) {
      expect(users(`libs/${language}-lib/${source}`)).toEqual([`${language}-orders`]);
      expect(users(`libs/${language}-alone/${source}`)).toEqual([]);
      expect(users(root)).toEqual([`${language}-orders`, `${language}-stock`]);
      expect(users(`apps/${language}-orders/tests/any.file`)).toEqual([]);
      const { paths } = triggerPaths(
        serviceIn(graph, nxJson, `${language}-orders`),
        (path) => path === root || path === 'nx.json',
        (path) => existsSync(join(folder, path)) || path === root,
      );
      const shared = language === 'python' ? ['shared/constraints.txt', root] : [root];
      const folders = [
        `apps/${language}-orders/`,
        `libs/${language}-lib/`,
        'nx.json',
        ...shared.map((path) => (path === root ? path : `${path}/`)),
      ];
      expect(paths).toEqual([...folders].sort());
      expect(findDependents(createTreeWithEmptyWorkspace(), graph, `${language}-lib`)).toEqual([
        `${language}-orders depends on it in the project graph`,
      ]);
    }
  });
});

it('takes in what says which files of the workspace an image is built from', () => {
  write('apps/site/Dockerfile', 'FROM scratch\nCOPY apps/site /\n');
  write('apps/site/k8s/deployment.yaml', '');
  write('.dockerignore', 'docs\n');
  expect(affectedBy('.dockerignore')).toEqual([]);
  write(
    'apps/site/project.json',
    JSON.stringify({ name: 'site', targets: { 'docker-release': { options: { build: { context: '.' } } } } }),
  );
  expect(affectedBy('.dockerignore')).toEqual(['site']);
  const site = serviceIn(
    graphOfNx(),
    JSON.parse(readFileSync(join(folder, 'nx.json'), 'utf8')) as NxJsonConfiguration,
    'site',
  );
  expect(serviceBuild(site).context).toBe('.');
  expect(['.dockerignore', 'apps/site/main.ts', 'docs/x'].filter(contentFilter(site))).toEqual([
    '.dockerignore',
    'apps/site/main.ts',
  ]);
});

function graphOfNx(): ProjectGraph {
  const file = join(folder, '.nx/graph.json');
  run('graph', `--file=${file}`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { graph: ProjectGraph }).graph;
}
