import fc from 'fast-check';
import { describeDrawn, foldGraph } from './folded-graph.ts';
import { describePath, describeRelease, isOrigin, type Graph, type GraphNode } from './release-graph.ts';
import { shortestPaths } from './shortest-paths.ts';

const kinds: readonly GraphNode['kind'][] = ['file', 'version', 'setting', 'project', 'package', 'service', 'service'];

/** Graphs of any shape, also with circles; changes have no edge that leads to them. */
const graphs = fc
  .tuple(
    fc.array(fc.constantFrom(...kinds), { maxLength: 150 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 300 }),
  )
  .map(([chosen, pairs]): Graph => {
    const nodes = chosen.map((kind, index) => ({ kind, name: `${kind} ${index}` }));
    if (nodes.length === 0) return { nodes, edges: [] };
    const edges = pairs.map(([a, b]) => [a % nodes.length, b % nodes.length] as const);
    return { nodes, edges: edges.filter(([from, to]) => from !== to && !isOrigin(nodes[to]!)) };
  });

/** Lengths of shortest ways by the definition: nothing changed is further than one more than what it is reached from. */
function distances({ nodes, edges }: Graph): number[] {
  const found = nodes.map((node) => (isOrigin(node) ? 0 : Infinity));
  for (let round = 0; round < nodes.length; round++)
    for (const [from, to] of edges) found[to] = Math.min(found[to]!, found[from]! + 1);
  return found;
}

describe('shortestPaths', () => {
  it('leads from each service that is reached along edges to what changed, by no longer way than there is', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { nodes, edges } = graph;
        const lengths = distances(graph);
        const paths = shortestPaths(graph);
        const reached = nodes.flatMap(({ kind }, index) =>
          kind === 'service' && lengths[index]! < Infinity ? index : [],
        );
        expect(paths.map(([service]) => service)).toEqual(reached);
        for (const path of paths) {
          expect(isOrigin(nodes[path.at(-1)!]!)).toBe(true);
          expect(path).toHaveLength(lengths[path[0]!]! + 1);
          for (const [index, from] of path.slice(1).entries())
            expect(edges.some((edge) => edge[0] === from && edge[1] === path[index])).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('foldGraph', () => {
  it('draws every node once, in at most so many, services with services only, and edges where there are some', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 3, max: 80 }), (graph, most) => {
        const { nodes, edges } = graph;
        const folded = foldGraph(graph, most);
        expect(folded.nodes.length).toBeLessThanOrEqual(most);
        expect(folded.nodes.flat().sort((a, b) => a - b)).toEqual(nodes.map((_, index) => index));
        for (const drawn of folded.nodes) {
          const roles = drawn.map((each) => [nodes[each]!.kind === 'service', isOrigin(nodes[each]!)].join());
          expect(new Set(roles).size).toBe(1);
        }
        const placeOf = (node: number) => folded.nodes.findIndex((drawn) => drawn.includes(node));
        const expected = new Set(
          edges
            .map((edge) => edge.map(placeOf))
            .filter(([a, b]) => a !== b)
            .map(String),
        );
        expect(new Set(folded.edges.map(String))).toEqual(expected);
        expect(folded.edges).toHaveLength(expected.size);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves a graph as it is that has no more nodes than that', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { nodes } = foldGraph(graph, Math.max(3, graph.nodes.length));
        expect(nodes).toEqual(graph.nodes.map((_, index) => [index]));
      }),
      { numRuns: 20 },
    );
  });

  it('folds services of one library first, and keeps the one that is reached otherwise', () => {
    const names = Array.from({ length: 212 }, (_, index) => `s${index}`);
    const nodes: GraphNode[] = [
      { kind: 'file', name: 'libs/money/round.ts' },
      { kind: 'project', name: 'libs/money' },
      { kind: 'project', name: 'libs/tax' },
      { kind: 'service', name: 'orders' },
      ...names.map((name) => ({ kind: 'service' as const, name })),
    ];
    const edges = [[0, 1], [1, 2], [2, 3], ...names.map((_, index) => [1, 4 + index])] as [number, number][];
    const folded = foldGraph({ nodes, edges }, 60);
    expect(folded.nodes.map((each) => describeDrawn(each, nodes))).toEqual([
      ...['libs/money/round.ts', 'libs/money', 'libs/tax', 'orders', '+212 services'],
    ]);
    expect(folded.edges).toHaveLength(4);
  });
});

describe('words of a graph', () => {
  const commit = { id: '1a2b3c4d'.repeat(5), author: 'Ada', date: '2026-11-24T12:00:00.000Z', subject: 'Round' };
  const of = (released: number, unaffected: number) =>
    describeRelease({
      ...{ commit, now: commit.date, isMerge: false, unaffected, nodes: [], edges: [] },
      paths: Array.from({ length: released }, () => [0]),
    });

  it.each([
    [7, 993, '1a2b3c4 would release 7 services; 993 stay as they are'],
    [1, 1, '1a2b3c4 would release 1 service; 1 stays as it is'],
    [0, 1200, '1a2b3c4 would release no service; 1,200 stay as they are'],
    [2, 0, '1a2b3c4 would release 2 services'],
  ])('say how many of %d and %d', (released, unaffected, text) => expect(of(released, unaffected)).toBe(text));

  it('lead from a service to what changed', () => {
    const nodes = ['libs/money/src/round.ts', 'libs/money', 'orders'].map((name) => ({
      kind: 'project' as const,
      name,
    }));
    expect(describePath([2, 1, 0], nodes)).toBe('orders ← libs/money ← libs/money/src/round.ts');
  });
});
