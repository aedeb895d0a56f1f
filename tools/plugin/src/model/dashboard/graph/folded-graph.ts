import { groupByKey } from '../../text/group-by-key.ts';
import { isOrigin, type Graph, type GraphEdge, type GraphNode } from './release-graph.ts';

/** Nodes that are drawn as one; most often a single one. Positions in the whole graph, in its order. */
export type DrawnNode = readonly number[];

/** A graph with few enough nodes to be drawn. Edges are positions of its own nodes. */
export interface FoldedGraph {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly GraphEdge[];
}

/**
 * Folds a graph into at most so many nodes: first those with the same neighbours, the largest such groups first, because they say
 * nothing that one of them would not; then, of services, changes and what lies between, those with the fewest edges.
 * @param most 3 or more: services are never folded with what they are made of.
 */
export function foldGraph({ nodes, edges }: Graph, most: number): FoldedGraph {
  let drawn: number[][] = nodes.map((_, index) => [index]);
  for (const group of twins({ nodes, edges })) {
    if (drawn.length <= most) break;
    drawn = folded(drawn, new Set(group));
  }
  const degrees = nodes.map(() => 0);
  for (const edge of edges) for (const end of edge) degrees[end]!++;
  for (const role of ['service', 'origin', 'between'] as const) {
    const excess = drawn.length - most;
    if (excess <= 0) break;
    const ofRole = drawn.filter(([first]) => roleOf(nodes[first!]!) === role);
    const degreeOf = ([first]: readonly number[]) => degrees[first!]!;
    const least = ofRole.sort((a, b) => degreeOf(a) - degreeOf(b)).slice(0, excess + 1);
    drawn = folded(drawn, new Set(least.flat()));
  }
  return { nodes: drawn, edges: edgesBetween(drawn, edges) };
}

/** `libs/money`, or of several `+212 services`. */
export function describeDrawn(drawn: DrawnNode, nodes: readonly GraphNode[]): string {
  if (drawn.length === 1) return nodes[drawn[0]!]!.name;
  const kinds = [...new Set(drawn.map((each) => nodes[each]!.kind))];
  const role = roleOf(nodes[drawn[0]!]!);
  const plain = role === 'origin' ? 'changes' : 'projects and packages';
  const noun = kinds.length === 1 ? plurals[kinds[0]!] : plain;
  return `+${drawn.length.toLocaleString('en')} ${noun}`;
}

const plurals: Readonly<Record<GraphNode['kind'], string>> = {
  file: 'files',
  version: 'versions',
  setting: 'settings',
  project: 'projects',
  package: 'packages',
  service: 'services',
};

type Role = 'service' | 'origin' | 'between';

function roleOf(node: GraphNode): Role {
  if (node.kind === 'service') return 'service';
  return isOrigin(node) ? 'origin' : 'between';
}

/** Groups of two or more nodes of one role that have the same neighbours, the largest first. */
function twins({ nodes, edges }: Graph): number[][] {
  const [before, after]: [number[][], number[][]] = [nodes.map(() => []), nodes.map(() => [])];
  for (const [from, to] of edges) {
    before[to]!.push(from);
    after[from]!.push(to);
  }
  const sorted = (all: number[]) => [...all].sort((a, b) => a - b).join();
  const keyOf = (index: number) => `${roleOf(nodes[index]!)} ${sorted(before[index]!)} ${sorted(after[index]!)}`;
  const groups = groupByKey(nodes.map((_, index) => [keyOf(index), index] as const));
  return [...groups.values()].filter(({ length }) => length > 1).sort((a, b) => b.length - a.length);
}

/** Makes one node of some, in the place of the first of them. */
function folded(drawn: readonly number[][], members: ReadonlySet<number>): number[][] {
  const isMember = ([first]: readonly number[]) => members.has(first!);
  const one = drawn
    .filter(isMember)
    .flat()
    .sort((a, b) => a - b);
  const place = drawn.findIndex(isMember);
  return drawn.flatMap((each, index) => (index === place ? [one] : isMember(each) ? [] : [each]));
}

function edgesBetween(drawn: readonly number[][], edges: readonly GraphEdge[]): GraphEdge[] {
  const placeOf = new Map(drawn.flatMap((each, place) => each.map((member) => [member, place] as const)));
  const found = new Map<string, GraphEdge>();
  for (const [from, to] of edges) {
    const edge: GraphEdge = [placeOf.get(from)!, placeOf.get(to)!];
    if (edge[0] !== edge[1]) found.set(edge.join(), edge);
  }
  return [...found.values()];
}
