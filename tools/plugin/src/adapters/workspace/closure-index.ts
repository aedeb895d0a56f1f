import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import type { ChangeOrigin } from '../../model/content/change-origin.ts';
import type { Concern } from '../../model/content/setting-part.ts';
import { groupByKey } from '../../model/text/group-by-key.ts';
import type { LinkedProject, ProjectLinks } from '../../ports/project-links.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import { isDeployed } from './content.ts';
import { fileFilter, type FileFilter } from './named-inputs.ts';
import { serviceIn } from './service.ts';
import { isSettingOf } from './settings.ts';

const nobody: ReadonlySet<string> = new Set();

/**
 * Finds the services that a file is part of, for thousands of files and services: what `contentFilter` tells of one
 * service, looked at from the file's side. Filters are made for the projects only whose files are asked for.
 */
export class ClosureIndex implements ServiceMap, ProjectLinks {
  readonly services: readonly string[];
  /** Names of services by those of their projects. */
  private readonly nameOf: ReadonlyMap<string, string>;
  private readonly graph: ProjectGraph;
  private readonly namedInputs: NonNullable<NxJsonConfiguration['namedInputs']>;
  private readonly projectByRoot: ReadonlyMap<string, string>;
  private readonly needing: ReadonlyMap<string, readonly string[]>;
  private readonly filters = new Map<string, FileFilter>();
  private readonly dependents = new Map<string, ReadonlySet<string>>();
  private readonly touched = new Map<string, ReadonlySet<string>>();
  private ofNode: ReadonlySet<string> | undefined;
  private nodesByPackage: Map<string, string[]> | undefined;
  private workspaceFilters: { filter: FileFilter; projects: string[] }[] | undefined;

  /** @param services and the projects that they are, where these are named otherwise. */
  constructor(
    graph: ProjectGraph,
    nxJson: Pick<NxJsonConfiguration, 'namedInputs'>,
    services: readonly (string | { readonly name: string; readonly project: string })[],
  ) {
    this.graph = graph;
    this.namedInputs = nxJson.namedInputs ?? {};
    const named = services.map((each) => (typeof each === 'string' ? { name: each, project: each } : each));
    this.services = named.map(({ name }) => name).sort();
    this.nameOf = new Map(named.map(({ name, project }) => [project, name]));
    this.projectByRoot = new Map(Object.entries(graph.nodes).map(([name, { data }]) => [data.root, name]));
    this.needing = groupByKey(
      Object.entries(graph.dependencies).flatMap(([name, all]) => all.map(({ target }) => [target, name] as const)),
    );
  }

  affectedBy(path: string): ReadonlySet<string> {
    const known = this.touched.get(path);
    if (known) return known;
    const parts = this.projectsWith(path).map((project) => this.dependentsOf(project));
    const owner = this.ownerOf(path);
    const service = owner === undefined ? undefined : this.nameOf.get(owner);
    if (service !== undefined && isDeployed(this.graph.nodes[owner!]!.data, path)) parts.push(new Set([service]));
    const all = parts.length > 1 ? new Set(parts.flatMap((part) => [...part])) : (parts[0] ?? nobody);
    this.touched.set(path, all);
    return all;
  }

  usersOf(packageName: string): ReadonlySet<string> {
    return new Set(this.nodesOf(packageName).flatMap((node) => [...this.dependentsOf(node)]));
  }

  /** A service is known to be built with Node.js by its packages: files are not known here. */
  concernedBy(concern: Concern): ReadonlySet<string> {
    if (concern.of === 'packages') return new Set(concern.names.flatMap((name) => [...this.usersOf(name)]));
    if (concern.of === 'node') {
      this.ofNode ??= new Set(
        Object.keys(this.graph.externalNodes ?? {}).flatMap((node) => [...this.dependentsOf(node)]),
      );
      return this.ofNode;
    }
    const { graph } = this;
    const nxJson = { namedInputs: this.namedInputs };
    const concerned = [...this.nameOf].filter(([project]) => isSettingOf(serviceIn(graph, nxJson, project), concern));
    return new Set(concerned.map(([, name]) => name));
  }

  /** A package is called by its name in the change itself: those that need it come next. */
  holdersOf(origin: ChangeOrigin): readonly string[] {
    if (origin.kind === 'file') return this.projectsWith(origin.path);
    const named = origin.kind === 'version' ? [origin.name] : packagesOf(origin.concern);
    const nodes = named.flatMap((name) => this.nodesOf(name));
    return [...new Set(nodes.flatMap((node) => this.directUsersOf(node)))];
  }

  directUsersOf(project: string): readonly string[] {
    return this.needing.get(project) ?? [];
  }

  describeLink(project: string): LinkedProject {
    const service = this.nameOf.get(project);
    if (service !== undefined) return { kind: 'service', name: service };
    const external = this.graph.externalNodes?.[project];
    if (external) return { kind: 'package', name: external.data.packageName };
    const root = this.graph.nodes[project]?.data.root;
    return { kind: 'project', name: root === undefined || root === '.' ? project : root };
  }

  /** Projects that a file is part of by themselves: that of its folder, and those whose named inputs name it. */
  private projectsWith(path: string): string[] {
    const owner = this.ownerOf(path);
    const inFolder = owner !== undefined && this.filterOf(owner).ofProject(path) ? [owner] : [];
    const groups = this.workspaceGroups().filter(({ filter }) => filter.ofWorkspace(path));
    return [...inFolder, ...groups.flatMap(({ projects }) => projects)];
  }

  private nodesOf(packageName: string): readonly string[] {
    this.nodesByPackage ??= groupByKey(
      Object.entries(this.graph.externalNodes ?? {}).map(([node, { data }]) => [data.packageName, node] as const),
    );
    return this.nodesByPackage.get(packageName) ?? [];
  }

  /** Services that a project, or a package, is part of. */
  private dependentsOf(node: string): ReadonlySet<string> {
    const known = this.dependents.get(node);
    if (known) return known;
    const reached = new Set([node]);
    // A set is walked in the order of insertion, also of what is inserted meanwhile.
    for (const each of reached) for (const user of this.needing.get(each) ?? []) reached.add(user);
    const services = new Set([...this.nameOf].flatMap(([project, name]) => (reached.has(project) ? name : [])));
    this.dependents.set(node, services);
    return services;
  }

  /** The project whose root is nearest above a file, as in Nx. */
  private ownerOf(path: string): string | undefined {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const project = this.projectByRoot.get(path.slice(0, end));
      if (project !== undefined) return project;
    }
    return this.projectByRoot.get('.');
  }

  private filterOf(project: string): FileFilter {
    let filter = this.filters.get(project);
    if (!filter) this.filters.set(project, (filter = this.makeFilter(project)));
    return filter;
  }

  private makeFilter(project: string): FileFilter {
    const { data } = this.graph.nodes[project]!;
    return fileFilter({ ...this.namedInputs, ...data.namedInputs }, data.root);
  }

  /** Filters with patterns for the whole workspace: one for all projects that have no named inputs of their own. */
  private workspaceGroups(): { filter: FileFilter; projects: string[] }[] {
    if (this.workspaceFilters) return this.workspaceFilters;
    const projects = Object.entries(this.graph.nodes);
    const byOwnInputs = groupByKey(
      projects.map(([name, { data }]) => [JSON.stringify(data.namedInputs ?? {}), name] as const),
    );
    this.workspaceFilters = [...byOwnInputs.values()]
      .map((names) => ({ filter: this.makeFilter(names[0]!), projects: names }))
      .filter(({ filter }) => filter.workspaceFolders.length > 0);
    return this.workspaceFilters;
  }
}

function packagesOf(concern: Concern): readonly string[] {
  return concern.of === 'packages' ? concern.names : [];
}
