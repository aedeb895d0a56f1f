import fc from 'fast-check';
import { shortestPaths } from '../../../model/dashboard/graph/shortest-paths.ts';
import { describePath } from '../../../model/dashboard/graph/release-graph.ts';
import type { ProjectLinks } from '../../../ports/project-links.ts';
import type { Touch } from '../../observe/affected-services.ts';
import { changedClosure } from './changed-closure.ts';

/** Links by who needs what: `orders needs money`. Names in capitals are services. */
function linksOf(
  needs: readonly (readonly [string, string])[],
  holders: Readonly<Record<string, string[]>>,
): ProjectLinks {
  return {
    holdersOf: (origin) => holders[origin.kind === 'version' ? origin.name : origin.path] ?? [],
    directUsersOf: (project) => needs.flatMap(([user, needed]) => (needed === project ? [user] : [])),
    describeLink: (name) => ({ kind: name === name.toUpperCase() ? 'service' : 'project', name }),
  };
}

const file = (path: string, ...services: string[]): Touch => ({
  origin: { kind: 'file', path },
  services: new Set(services),
});

function waysOf(touches: readonly Touch[], links: ProjectLinks): string[] {
  const graph = changedClosure(touches, links);
  return shortestPaths(graph).map((path) => describePath(path, graph.nodes));
}

describe('changedClosure', () => {
  const links = linksOf(
    [
      ['ORDERS', 'money'],
      ['TOTALS', 'report'],
      ['report', 'money'],
      ['docs', 'money'],
    ],
    { 'money/round.ts': ['money'], 'left-pad': ['report'] },
  );

  it('leads from a file by projects to services, and leaves out what leads to none', () => {
    const touches = [file('money/round.ts', 'ORDERS', 'TOTALS'), file('README.md')];
    expect(waysOf(touches, links)).toEqual([
      'ORDERS ← money ← money/round.ts',
      'TOTALS ← report ← money ← money/round.ts',
    ]);
    expect(changedClosure(touches, links).nodes.map(({ name }) => name)).not.toContain('docs');
  });

  it('names a package in another version, and a part of settings that concerns services without a way', () => {
    const touches: Touch[] = [
      { origin: { kind: 'version', name: 'left-pad', lockfile: 'package-lock.json' }, services: new Set(['TOTALS']) },
      {
        origin: { kind: 'setting', path: 'nx.json', key: 'build', concern: { of: 'target', target: 'build' } },
        services: new Set(['ORDERS']),
      },
    ];
    expect(waysOf(touches, links)).toEqual([
      'ORDERS ← build in nx.json',
      'TOTALS ← report ← left-pad in package-lock.json',
    ]);
  });

  it('counts a file once that several commits change', () => {
    const touches = [file('money/round.ts', 'ORDERS'), file('money/round.ts', 'ORDERS')];
    expect(changedClosure(touches, links).nodes.filter(({ kind }) => kind === 'file')).toHaveLength(1);
  });

  it('has a way to each service that is touched, and to no other', () => {
    const names = ['a', 'b', 'c', 'D', 'E', 'F'];
    const name = fc.constantFrom(...names);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, name), { maxLength: 12 }),
        fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.uniqueArray(name, { maxLength: 3 })),
        fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.uniqueArray(fc.constantFrom('D', 'E', 'F'))), {
          maxLength: 4,
        }),
        (needs, holders, all) => {
          const touches = all.map(([path, services]) => file(path, ...services));
          const graph = changedClosure(touches, linksOf(needs, holders));
          const reached = shortestPaths(graph).map(([service]) => graph.nodes[service!]!.name);
          const expected = [...new Set(all.flatMap(([, services]) => services))].sort();
          expect(reached).toEqual(expected);
          expect(graph.nodes.filter(({ kind }) => kind === 'service').map((each) => each.name)).toEqual(expected);
        },
      ),
    );
  });
});
