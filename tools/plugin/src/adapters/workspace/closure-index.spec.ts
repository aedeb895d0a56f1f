import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import fc from 'fast-check';
import { ClosureIndex } from './closure-index.ts';
import { contentFilter } from './content.ts';
import { serviceIn } from './service.ts';

const namedInputs: NxJsonConfiguration['namedInputs'] = {
  default: ['{projectRoot}/**/*', 'sharedGlobals'],
  production: ['default', '!{projectRoot}/**/*.md'],
  sharedGlobals: ['{workspaceRoot}/shared/*.json'],
};

const roots = ['.', 'apps/a', 'apps/b', 'apps/a/e2e', 'libs/c', 'libs/c/inner', 'libs/d', 'e'];
const paths = fc
  .tuple(
    fc.constantFrom('', ...roots.slice(1), 'shared', 'libs', 'apps/ab'),
    fc.constantFrom('main.ts', 'README.md', 'Dockerfile', '.dockerignore', 'k8s/a.yaml', 'src/x.ts', 'x.json'),
  )
  .map(([folder, file]) => (folder === '' ? file : `${folder}/${file}`));

/** Graphs of some projects at these roots, with any dependencies, also in circles. */
const graphs = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...roots), { minLength: 1 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }),
    fc.boolean(),
  )
  .map(([chosen, edges, own]): ProjectGraph => {
    const names = chosen.map((root) => `p-${root}`);
    const dependencies: ProjectGraph['dependencies'] = Object.fromEntries(names.map((name) => [name, []]));
    for (const [a, b] of edges) {
      const [source, target] = [names[a % names.length]!, names[b % names.length]!];
      dependencies[source]!.push({ source, target, type: 'static' });
    }
    const ownInputs = own ? { namedInputs: { production: ['{projectRoot}/src/**', '{workspaceRoot}/x.json'] } } : {};
    return {
      nodes: Object.fromEntries(
        names.map((name, index) => [
          name,
          { type: 'app', name, data: { root: chosen[index]!, ...(index === 0 ? ownInputs : {}) } },
        ]),
      ),
      dependencies,
    };
  });

describe('ClosureIndex', () => {
  it('finds the services whose content a file is, as the content of each one does', () => {
    fc.assert(
      fc.property(graphs, fc.array(paths, { minLength: 1, maxLength: 10 }), (graph, files) => {
        const names = Object.keys(graph.nodes).sort();
        const index = new ClosureIndex(graph, { namedInputs }, names);
        for (const path of files) {
          const expected = names.filter((name) => contentFilter(serviceIn(graph, { namedInputs }, name))(path));
          expect([...index.affectedBy(path)].sort()).toEqual(expected);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('leads from a file by those that need one another to all services that it is part of', () => {
    fc.assert(
      fc.property(graphs, paths, (graph, path) => {
        const names = Object.keys(graph.nodes).sort();
        const index = new ClosureIndex(graph, { namedInputs }, names);
        const reached = new Set(index.holdersOf({ kind: 'file', path }));
        for (const each of reached) for (const user of index.directUsersOf(each)) reached.add(user);
        const found = [...reached].map((each) => index.describeLink(each).name);
        const touched = index.affectedBy(path);
        for (const name of found) expect(touched).toContain(name);
        // The image's recipe and the manifests concern their own service, without a way.
        if (/\.(ts|md)$/.test(path)) expect(found.sort()).toEqual([...touched].sort());
      }),
      { numRuns: 50 },
    );
  });
});
