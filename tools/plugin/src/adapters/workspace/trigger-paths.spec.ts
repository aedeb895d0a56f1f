import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import fc from 'fast-check';
import { filterAffected } from 'nx/src/project-graph/affected/affected-project-graph';
import { parse } from 'yaml';
import { triggeredPipeline } from '../../model/pipelines/azure/triggered-pipeline.ts';
import { npm } from '../../model/pipelines/package-manager.ts';
import { contentFilter } from './content.ts';
import { serviceIn } from './service.ts';
import { triggerPaths } from './trigger-paths.ts';

// It asks the plugins of this workspace whether a deleted file made a project; the graphs here are of no workspace.
jest.mock('nx/src/project-graph/affected/locators/project-glob-changes', () => ({
  getTouchedProjectsFromProjectGlobChanges: () => [],
}));

interface Trigger {
  readonly branches: { readonly include: readonly string[] };
  readonly paths: { readonly include: readonly string[]; readonly exclude?: readonly string[] };
}

/**
 * Reports whether Azure starts a pipeline for a push of these files, by its documentation ("Build Azure Repos Git repositories",
 * CI triggers): paths are relative to the root; `docs/**` is the folder with all below it; the order of filters does not
 * matter; a path that is excluded can be included again by a deeper folder; case counts.
 */
function starts({ paths: { include, exclude = [] } }: Trigger, files: readonly string[]): boolean {
  const fits = (filter: string, path: string) =>
    filter.endsWith('**') ? path.startsWith(filter.slice(0, -2)) : path === filter;
  const depth = (filters: readonly string[], path: string) =>
    Math.max(-1, ...filters.filter((filter) => fits(filter, path)).map((filter) => filter.split('/').length));
  return files.some((path) => depth(include, path) > depth(exclude, path));
}

const roots = [
  ...['apps/a', 'apps/ab', 'apps/abc', 'apps/a-b', 'apps/a/e2e', 'apps/a/e2e/lib', 'apps/ab/inner', 'APPS/a'],
  ...['libs/a', 'libs/ab', 'libs/a/inner', 'libs/a/inner/deep', 'libs/c', 'libs/c/src', 'libs', 'apps/a b'],
];
const files = fc
  .tuple(
    fc.constantFrom('', 'apps', 'apps/x', 'docs', 'libs/d', ...roots),
    fc.constantFrom('main.ts', 'a.ts', 'src/x.ts', 'e2e/y.ts', 'inner/z.ts', 'README.md', 'Dockerfile', 'k8s/d.yaml'),
  )
  .map(([folder, file]) => (folder === '' ? file : `${folder}/${file}`));

/** Graphs of some projects at these roots, with any dependencies, also in circles; those in apps/ are services. */
const graphs = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...roots), { minLength: 1 }),
    fc.boolean(),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
  )
  .map(([some, atRoot, edges]): ProjectGraph => {
    const chosen = atRoot ? [...some, '.'] : some;
    const names = chosen.map((root) => `p-${root}`);
    const dependencies: ProjectGraph['dependencies'] = Object.fromEntries(names.map((name) => [name, []]));
    for (const [a, b] of edges) {
      const [source, target] = [names[a % names.length]!, names[b % names.length]!];
      dependencies[source]!.push({ source, target, type: 'static' });
    }
    const nodes = names.map((name, index) => [name, { type: 'app', name, data: { root: chosen[index]! } }]);
    return { nodes: Object.fromEntries(nodes) as ProjectGraph['nodes'], externalNodes: {}, dependencies };
  });

const nxJson: NxJsonConfiguration = { namedInputs: { default: ['{projectRoot}/**/*'] } };

/** The trigger as it stands in the generated file. */
function triggerOf(graph: ProjectGraph, name: string, isFile: (path: string) => boolean, nx = nxJson): Trigger {
  const { paths, foreignPaths } = triggerPaths(serviceIn(graph, nx, name), isFile, () => true);
  const service = {
    name,
    root: 'apps/a',
    paths,
    foreignPaths,
    trigger: 'paths',
    variables: undefined,
    api: undefined,
  } as const;
  const node = { version: '24.x', file: undefined };
  const where = { folder: '', prefix: '', rebuilds: false, branch: 'main' };
  const facts = { ...where, services: [service], environments: [], node, packageManager: npm, toolchains: [] };
  const text = triggeredPipeline(service, facts);
  return (parse(text.toString()) as { trigger: Trigger }).trigger;
}

/** Projects that the graph says a change concerns: owners of the files, and whatever depends on them. */
function reverseClosure(graph: ProjectGraph, changed: readonly string[]): Set<string> {
  const owner = (path: string) =>
    Object.values(graph.nodes)
      .filter(({ data: { root } }) => root === '.' || path.startsWith(`${root}/`))
      .sort((a, b) => (b.data.root === '.' ? 0 : b.data.root.length) - (a.data.root === '.' ? 0 : a.data.root.length))
      .at(0);
  const reached = new Set(changed.flatMap((path) => owner(path)?.name ?? []));
  for (const each of reached)
    for (const [name, targets] of Object.entries(graph.dependencies))
      if (targets.some(({ target }) => target === each)) reached.add(name);
  return reached;
}

describe('triggers', () => {
  it("start exactly the services that Nx's project graph says are affected", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.array(files, { minLength: 1, maxLength: 4 }), async (graph, changed) => {
        const started = Object.keys(graph.nodes).filter((name) =>
          starts(
            triggerOf(graph, name, () => false),
            changed,
          ),
        );
        const touched = changed.map((file) => ({ file, hash: '', getChanges: () => [] }));
        const affected = await filterAffected(graph, touched, nxJson, { name: 'x', version: '0.0.0' });
        expect(started.sort()).toEqual([...reverseClosure(graph, changed)].sort());
        expect(started).toEqual(Object.keys(affected.nodes).sort());
      }),
      { numRuns: 50 },
    );
  });

  it('miss no file that is content of the service, wherever named inputs take it from', () => {
    const withInputs: NxJsonConfiguration = {
      namedInputs: {
        default: ['{projectRoot}/**/*', '{workspaceRoot}/docs/*.ts', '{workspaceRoot}/libs/a/**/x.ts'],
        production: ['default', '!{projectRoot}/**/*.md', '{workspaceRoot}/main.ts'],
      },
    };
    fc.assert(
      fc.property(graphs, files, (graph, path) => {
        for (const name of Object.keys(graph.nodes)) {
          if (!contentFilter(serviceIn(graph, withInputs, name))(path)) continue;
          const trigger = triggerOf(graph, name, (each) => each === 'main.ts', withInputs);
          expect(starts(trigger, [path]) ? path : trigger).toBe(path);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('name the lockfile where npm packages are needed', () => {
    const graph: ProjectGraph = {
      nodes: {
        a: { type: 'app', name: 'a', data: { root: 'apps/a' } },
        b: { type: 'app', name: 'b', data: { root: 'b' } },
      },
      externalNodes: { 'npm:x': { type: 'npm', name: 'npm:x', data: { packageName: 'x', version: '1.0.0' } } },
      dependencies: { a: [{ source: 'a', target: 'npm:x', type: 'static' }], b: [] },
    };
    const pathsOf = (name: string, ...files: string[]) => {
      const has = (path: string) => files.includes(path);
      return triggerPaths(serviceIn(graph, {}, name), has, has).paths;
    };
    expect(pathsOf('a')).toEqual(['apps/a/', 'package-lock.json']);
    for (const lockfile of ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'npm-shrinkwrap.json'])
      expect(pathsOf('a', lockfile)).toEqual(['apps/a/', lockfile]);
    // npm reads it before the other.
    expect(pathsOf('a', 'package-lock.json', 'npm-shrinkwrap.json')).toEqual(['apps/a/', 'npm-shrinkwrap.json']);
    expect(pathsOf('b')).toEqual(['b/']);
  });

  it('name the settings at the root that there are, where they concern the service', () => {
    const nodes = { a: { type: 'app', name: 'a', data: { root: 'apps/a' } } } as const;
    const graph: ProjectGraph = { nodes, dependencies: { a: [] } };
    const pathsOf = (...found: string[]) => {
      const has = (path: string) => found.includes(path);
      return triggerPaths(serviceIn(graph, {}, 'a'), (path) => has(path) && path !== 'patches', has).paths;
    };
    const settings = ['.npmrc', 'nx.json', 'package.json', 'patches', 'tsconfig.base.json'];
    expect(pathsOf(...settings)).toEqual(['apps/a/', 'nx.json']);
    expect(pathsOf(...settings, 'apps/a/tsconfig.json')).toEqual([
      '.npmrc',
      'apps/a/',
      'nx.json',
      'package.json',
      'patches/',
      'tsconfig.base.json',
    ]);
  });
});
