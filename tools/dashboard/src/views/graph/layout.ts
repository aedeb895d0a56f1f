import { Graph, layout } from '@dagrejs/dagre';

/** Sizes of nodes, and edges as positions of them. */
export interface LayoutRequest {
  readonly nodes: readonly { readonly width: number; readonly height: number }[];
  readonly edges: readonly (readonly [number, number])[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where nodes have their middle, and the points of edges, in the order of the request. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Point[];
  readonly edges: readonly (readonly Point[])[];
}

/** Lays a graph out in ranks from left to right. Of 60 nodes it takes a good part of a second: not for a page's own thread. */
export function layOut({ nodes, edges }: LayoutRequest): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 60, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  nodes.forEach((size, index) => graph.setNode(String(index), { ...size }));
  for (const [from, to] of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const pointOf = ({ x, y }: Point) => ({ x: Math.round(x), y: Math.round(y) });
  return {
    ...{ width: Math.ceil(width), height: Math.ceil(height) },
    nodes: nodes.map((_, index) => pointOf(graph.node(String(index)) as Point)),
    edges: edges.map(([from, to]) => {
      const { points } = graph.edge(String(from), String(to)) as { readonly points: readonly Point[] };
      return points.map(pointOf);
    }),
  };
}
