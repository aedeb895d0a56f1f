import type { GraphEdge } from '../../../../plugin/src/model/dashboard/graph/release-graph.ts';
import type { Point } from './layout.ts';

interface Drawn {
  readonly edges: readonly GraphEdge[];
  readonly places: readonly Point[];
}

/**
 * Returns the node to which an arrow key leads: right and left along an edge to the nearest, up and down within a rank, Home and
 * End to the first and the last. Undefined where there is none, or for another key.
 */
export function neighbour(key: string, from: number, { edges, places }: Drawn): number | undefined {
  const here = places[from]!;
  const nearest = (found: readonly number[]) =>
    [...found].sort((a, b) => Math.abs(places[a]!.y - here.y) - Math.abs(places[b]!.y - here.y))[0];
  const rank = places.flatMap(({ x, y }, index) => (x === here.x && y !== here.y ? [index] : []));
  switch (key) {
    case 'ArrowRight':
      return nearest(edges.flatMap(([start, end]) => (start === from ? [end] : [])));
    case 'ArrowLeft':
      return nearest(edges.flatMap(([start, end]) => (end === from ? [start] : [])));
    case 'ArrowDown':
      return nearest(rank.filter((each) => places[each]!.y > here.y));
    case 'ArrowUp':
      return nearest(rank.filter((each) => places[each]!.y < here.y));
    case 'Home':
      return 0;
    case 'End':
      return places.length - 1;
    default:
      return undefined;
  }
}
