import type { ChangeOrigin } from '../../../model/content/change-origin.ts';
import { isOrigin, type Graph, type GraphEdge, type GraphNode } from '../../../model/dashboard/graph/release-graph.ts';
import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { ProjectLinks } from '../../../ports/project-links.ts';
import type { Touch } from '../../observe/affected-services.ts';

/**
 * Returns the ways from what changed to the services that it touches. Which services these are is said by the touches alone:
 * where no way between projects leads to one (a manifest, a setting for all), it hangs on the change itself.
 */
export function changedClosure(touches: readonly Touch[], links: ProjectLinks): Graph {
  const closure = new Closure(links);
  for (const { origin, services } of merged(touches)) closure.add(origin, services);
  return closure.graph();
}

/** Changes of the same thing in several commits count once; those that touch nothing are no part of it. */
function merged(touches: readonly Touch[]): Touch[] {
  const found = new Map<string, { origin: ChangeOrigin; services: Set<string> }>();
  for (const { origin, services } of touches) {
    if (services.size === 0) continue;
    const key = JSON.stringify(originNode(origin));
    const known = found.get(key) ?? { origin, services: new Set<string>() };
    for (const each of services) known.services.add(each);
    found.set(key, known);
  }
  return [...found.values()];
}

function originNode(origin: ChangeOrigin): GraphNode {
  if (origin.kind === 'file') return { kind: 'file', name: origin.path };
  if (origin.kind === 'version') return { kind: 'version', name: `${origin.name} in ${origin.lockfile}` };
  return { kind: 'setting', name: origin.key === '' ? origin.path : `${origin.key} in ${origin.path}` };
}

class Closure {
  private readonly links: ProjectLinks;
  /** By keys: of changes in their order, of services and of projects by their names. */
  private readonly nodes = new Map<string, GraphNode>();
  private readonly edges = new Map<string, readonly [from: string, to: string]>();
  private readonly touched = new Set<string>();
  private readonly visited = new Set<string>();
  /** Keys that are reached from some projects: files of one project lead the same ways. */
  private readonly reached = new Map<string, ReadonlySet<string>>();

  constructor(links: ProjectLinks) {
    this.links = links;
  }

  add(origin: ChangeOrigin, services: ReadonlySet<string>): void {
    const change = `change ${this.nodes.size}`;
    this.nodes.set(change, originNode(origin));
    const holders = this.links.holdersOf(origin);
    const reached = this.reachedFrom(holders);
    for (const holder of holders) this.connect(change, this.keyOf(holder));
    for (const name of services) {
      const service = keyOfService(name);
      this.nodes.set(service, { kind: 'service', name });
      this.touched.add(service);
      if (!reached.has(service)) this.connect(change, service);
    }
  }

  /** Returns what leads to services that are touched: changes first, services last. */
  graph(): Graph {
    const before = groupByKey([...this.edges.values()].map(([from, to]) => [to, from] as const));
    const leading = new Set(this.touched);
    // A set is walked in the order of insertion, also of what is inserted meanwhile.
    for (const each of leading) for (const from of before.get(each) ?? []) leading.add(from);
    const kept = [...this.nodes].filter(([key]) => leading.has(key)).map(([key, node]) => ({ key, node }));
    const changes = kept.filter(({ node }) => isOrigin(node));
    const services = kept
      .filter(({ key }) => this.touched.has(key))
      .sort((a, b) => (a.node.name < b.node.name ? -1 : 1));
    const between = kept.filter(({ key, node }) => !isOrigin(node) && !this.touched.has(key));
    const all = [...changes, ...between, ...services];
    const places = new Map(all.map(({ key }, index) => [key, index]));
    const edges = [...this.edges.values()].flatMap(([from, to]): GraphEdge[] => {
      const [a, b] = [places.get(from), places.get(to)];
      return a === undefined || b === undefined || a === b ? [] : [[a, b]];
    });
    return { nodes: all.map(({ node }) => node), edges };
  }

  private connect(from: string, to: string): void {
    this.edges.set(`${from}\0${to}`, [from, to]);
  }

  private reachedFrom(holders: readonly string[]): ReadonlySet<string> {
    const key = holders.join('\0');
    const known = this.reached.get(key);
    if (known) return known;
    const all = new Set(holders);
    for (const each of all) {
      this.visit(each);
      for (const user of this.links.directUsersOf(each)) all.add(user);
    }
    const found = new Set([...all].map((each) => this.keyOf(each)));
    this.reached.set(key, found);
    return found;
  }

  private visit(project: string): void {
    if (this.visited.has(project)) return;
    this.visited.add(project);
    const link = this.links.describeLink(project);
    // A service that is not touched is a way to others, like any project.
    const node: GraphNode = link.kind === 'service' ? { kind: 'project', name: link.name } : link;
    const key = this.keyOf(project);
    if (!this.nodes.has(key)) this.nodes.set(key, node);
    for (const user of this.links.directUsersOf(project)) this.connect(key, this.keyOf(user));
  }

  private keyOf(project: string): string {
    const { kind, name } = this.links.describeLink(project);
    return kind === 'service' ? keyOfService(name) : `project ${project}`;
  }
}

function keyOfService(name: string): string {
  return `service ${name}`;
}
