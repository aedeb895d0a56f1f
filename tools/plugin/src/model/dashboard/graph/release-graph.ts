import type { Commit } from '../../commits/commit.ts';

/** Kinds of nodes at which a change begins: a file, a package in another version, a part of the settings. */
const originKinds = ['file', 'version', 'setting'] as const;

/** A thing that changed, a project or npm package on the way, or a service that the change reaches. */
export interface GraphNode {
  readonly kind: (typeof originKinds)[number] | 'project' | 'package' | 'service';
  readonly name: string;
}

/** Edges lead from what changed, or is needed, to what needs it. Both are positions of nodes. */
export type GraphEdge = readonly [from: number, to: number];

/** Nodes, and the edges between them. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The services that a commit would release, by the rule of `where`, and the ways on which its changes reach them. */
export interface ReleaseGraph extends Graph {
  /** By the server's clock, ISO 8601. */
  readonly now: string;
  readonly commit: Commit;
  /** Set where no commit was named: the branch whose newest one it is. */
  readonly branch?: string;
  /** True when it is a merge: then all that it brought to its first parent counts. */
  readonly isMerge: boolean;
  /** How many services stay as they are. */
  readonly unaffected: number;
  /** A shortest way to each service that it would release, from the service to what changed: positions of nodes. */
  readonly paths: readonly (readonly number[])[];
}

/** Reports whether a change begins at a node. */
export function isOrigin({ kind }: GraphNode): boolean {
  return (originKinds as readonly string[]).includes(kind);
}

/** `1a2b3c4 would release 7 services; 993 stay as they are`. */
export function describeRelease({ commit, paths, unaffected }: ReleaseGraph): string {
  const released = `${commit.id.slice(0, 7)} would release ${counted(paths.length)}`;
  if (unaffected === 0) return released;
  return `${released}; ${unaffected.toLocaleString('en')} ${unaffected === 1 ? 'stays as it is' : 'stay as they are'}`;
}

function counted(services: number): string {
  if (services === 0) return 'no service';
  return services === 1 ? '1 service' : `${services.toLocaleString('en')} services`;
}

/** `orders ← libs/money ← libs/money/src/round.ts`. */
export function describePath(path: readonly number[], nodes: readonly GraphNode[]): string {
  return path.map((each) => nodes[each]!.name).join(' ← ');
}
