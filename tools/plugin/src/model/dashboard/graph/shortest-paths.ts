import { isOrigin, type Graph } from './release-graph.ts';

/**
 * Returns a shortest way to each service from anything that changed, as positions of nodes from the service on, in the order of
 * the services. Of ways of equal length, the one by the edges that come first.
 */
export function shortestPaths({ nodes, edges }: Graph): number[][] {
  const next: number[][] = nodes.map(() => []);
  for (const [from, to] of edges) next[from]!.push(to);
  /** The node from which each was reached first; an origin from itself. */
  const reachedFrom = new Map<number, number>();
  const queue = nodes.flatMap((node, index) => (isOrigin(node) ? [index] : []));
  for (const index of queue) reachedFrom.set(index, index);
  // An array is walked to its end, also when it grows meanwhile.
  for (const from of queue)
    for (const to of next[from]!) {
      if (reachedFrom.has(to)) continue;
      reachedFrom.set(to, from);
      queue.push(to);
    }
  return nodes.flatMap(({ kind }, index) => {
    if (kind !== 'service' || !reachedFrom.has(index)) return [];
    const path = [index];
    for (let at = reachedFrom.get(index)!; at !== path.at(-1); at = reachedFrom.get(at)!) path.push(at);
    return [path];
  });
}
