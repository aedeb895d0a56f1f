import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import { didYouMean } from '../../model/text/did-you-mean.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { fileFilter, type FileFilter } from './named-inputs.ts';

/** One project of a service's dependency closure. */
export interface ClosureProject {
  readonly name: string;
  /** Relative to the workspace's root; `.` is the root itself. */
  readonly root: string;
  /** Where its sources are, relative to the workspace's root, if the project says so. */
  readonly sourceRoot: string | undefined;
  /** Files and folders that its targets make, relative to the workspace's root; they may be patterns. */
  readonly outputs: readonly string[];
  /** Which files count as its content. */
  readonly filter: FileFilter;
}

/** A service: a project that is released on its own, and all it is made of. */
export interface Service {
  readonly name: string;
  /** Relative to the workspace's root. */
  readonly root: string;
  /** The options of its target `docker-release`, which say how its image is built; read by `serviceBuild`. */
  readonly imageOptions: Readonly<Record<string, unknown>>;
  /** The options of its target `release`. */
  readonly releaseOptions: Readonly<Record<string, unknown>>;
  /** The service's own project first, then those it depends on, near or far. */
  readonly closure: readonly ClosureProject[];
  /** Roots of projects that lie inside a root of the closure without being part of it. */
  readonly foreignRoots: readonly string[];
  /** Resolved npm packages of the closure: `name@version`, with `#integrity` where the lockfile has it. */
  readonly packages: readonly string[];
  /** Names of those packages that projects of the closure need themselves. */
  readonly directPackages: readonly string[];
  /** Names and executors of the targets by which its image comes to be, and what that is made of. */
  readonly buildTargets: readonly string[];
}

/**
 * Finds a service in Nx's project graph.
 * @throws {Refusal} when the workspace has no such project.
 */
export function serviceIn(
  graph: ProjectGraph,
  nxJson: Pick<NxJsonConfiguration, 'namedInputs'>,
  name: string,
): Service {
  const project = graph.nodes[name];
  if (!project) {
    throw new Refusal({
      type: 'no-such-service',
      doing: `find the service ${name}`,
      reason: 'The workspace has no project of this name.',
      remedy: didYouMean(name, Object.keys(graph.nodes)) || 'List the projects with `nx show projects`.',
    });
  }
  const reached = reachableFrom(graph, name);
  const closure = reached.flatMap((node) => closureProject(graph, nxJson, node) ?? []);
  return {
    name,
    root: project.data.root,
    imageOptions: (project.data.targets?.[imageTarget]?.options ?? {}) as Record<string, unknown>,
    releaseOptions: (project.data.targets?.['release']?.options ?? {}) as Record<string, unknown>,
    closure,
    foreignRoots: foreignRootsOf(graph, closure),
    packages: reached.flatMap((node) => resolvedPackage(graph, node) ?? []),
    directPackages: directPackagesOf(graph, closure),
    buildTargets: buildTargetsOf(graph, closure),
  };
}

/** The target that builds images, whose options say how. */
const imageTarget = 'docker-release';

/** Returns the names and executors of `build`, of what it depends on, and of the target that builds the image. */
function buildTargetsOf(graph: ProjectGraph, closure: readonly ClosureProject[]): string[] {
  const targets = closure.map(({ name }) => graph.nodes[name]?.data.targets ?? {});
  const names = new Set(['build', imageTarget]);
  const executors = new Set<string>();
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  for (const name of names)
    for (const { [name]: target } of targets) {
      if (target?.executor !== undefined) executors.add(target.executor);
      for (const each of target?.dependsOn ?? []) {
        const written = (typeof each === 'string' ? each : each.target).replace('^', '');
        // `project:target`, and a name may have colons of its own.
        names.add(written).add(written.slice(written.indexOf(':') + 1));
      }
    }
  return [...names, ...executors];
}

/** Names of the projects and packages that a project depends on, near or far, itself first. */
function reachableFrom(graph: ProjectGraph, name: string): string[] {
  const reached = new Set([name]);
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  for (const node of reached) for (const { target } of graph.dependencies[node] ?? []) reached.add(target);
  return [...reached];
}

/** Returns a project as a part of a closure; undefined for what is none: an npm package. */
function closureProject(
  graph: ProjectGraph,
  nxJson: Pick<NxJsonConfiguration, 'namedInputs'>,
  name: string,
): ClosureProject | undefined {
  const data = graph.nodes[name]?.data;
  if (!data) return undefined;
  const outputs = Object.values(data.targets ?? {}).flatMap((target) => target.outputs ?? []);
  const interpolate = (text: string) =>
    text
      .replaceAll('{projectRoot}', data.root)
      .replaceAll('{projectName}', name)
      .replace(/^\{workspaceRoot\}\/?/, '');
  return {
    name,
    root: data.root,
    sourceRoot: data.sourceRoot,
    // One that depends on an option is not known here.
    outputs: outputs.map(interpolate).filter((output) => !output.includes('{')),
    filter: fileFilter({ ...nxJson.namedInputs, ...data.namedInputs }, data.root),
  };
}

/** Returns the roots of projects that lie inside a root of the closure without being part of it. */
function foreignRootsOf(graph: ProjectGraph, closure: readonly ClosureProject[]): string[] {
  const roots = new Set(closure.map(({ root }) => root));
  return Object.values(graph.nodes)
    .map(({ data }) => data.root)
    .filter((root) => !roots.has(root) && [...roots].some((outer) => outer === '.' || root.startsWith(`${outer}/`)));
}

/** Returns an npm package as `name@version`, with `#integrity` where the lockfile has it; undefined for a project. */
function resolvedPackage(graph: ProjectGraph, node: string): string | undefined {
  const data = graph.externalNodes?.[node]?.data;
  return data && `${data.packageName}@${data.version}${data.hash === undefined ? '' : `#${data.hash}`}`;
}

/** Returns the names of the packages that projects of the closure need themselves. */
function directPackagesOf(graph: ProjectGraph, closure: readonly ClosureProject[]): string[] {
  const direct = closure.flatMap(({ name }) => (graph.dependencies[name] ?? []).map(({ target }) => target));
  return [...new Set(direct.flatMap((node) => graph.externalNodes?.[node]?.data.packageName ?? []))].sort();
}
