import { lineAt } from '../reference.ts';
import { pathOfRequirement } from './python-requirements.ts';
import { valueAt } from './value-at.ts';

/** Where a package comes from that a `pyproject.toml` needs. */
export interface PythonSource {
  /** Its folder as it is written; undefined for a member of the workspace of the given name. */
  readonly path: string | undefined;
  readonly name: string;
  readonly line: number;
}

/** The packages at hand that a `pyproject.toml` names. */
export interface Pyproject {
  /** Name of the package, normalized. */
  readonly name: string | undefined;
  /** Reports whether it is the root of a workspace of uv. */
  readonly isWorkspace: boolean;
  /** Those that are needed at run time. */
  readonly sources: readonly PythonSource[];
  /** Names that are needed at run time, normalized. */
  readonly needs: ReadonlySet<string>;
  /** Where uv finds packages, for itself and, in the root of a workspace, for its members. */
  readonly shared: readonly PythonSource[];
}

/** Reports whether a group, or an extra, has packages that only those who develop need. */
export function isDevelopersGroup(group: string): boolean {
  return forDevelopers.test(group);
}

const forDevelopers = /^(dev|develop|development|tests?|testing|lint|typing|types|docs?|ci)$/i;

/**
 * Reads what a `pyproject.toml` takes by path: direct references of PEP 621 and 735, sources and workspaces of uv, paths
 * of Poetry. @param parsed the file as a value. @param text the file, for line numbers.
 */
export function readPyproject(parsed: unknown, text: string): Pyproject {
  const tool = valueAt(parsed, 'tool');
  const project = valueAt(parsed, 'project');
  const requirements = [
    ...strings(valueAt(project, 'dependencies')),
    ...groups(valueAt(project, 'optional-dependencies')),
    ...groups(valueAt(parsed, 'dependency-groups')),
  ];
  const needs = new Set(requirements.map(nameOf));
  const direct = requirements.flatMap((requirement): PythonSource[] => {
    const path = requirement.includes('@') ? pathOfRequirement(requirement) : undefined;
    return path === undefined ? [] : [{ path, name: nameOf(requirement), line: lineOf(requirement) }];
  });
  const shared = entries(valueAt(tool, 'uv', 'sources')).flatMap(([name, source]) => sourcesOf(name, source));
  // What only developers need is in no image; what is named nowhere else may be needed by another package.
  const developers = new Set(groups(valueAt(parsed, 'dependency-groups'), true).map(nameOf));
  for (const extra of groups(valueAt(project, 'optional-dependencies'), true)) developers.add(nameOf(extra));
  const own = shared.filter(({ name }) => needs.has(name) || !developers.has(name));
  const poetry = [
    valueAt(tool, 'poetry', 'dependencies'),
    ...entries(valueAt(tool, 'poetry', 'group')).flatMap(([name, group]) =>
      forDevelopers.test(name) ? [] : [valueAt(group, 'dependencies')],
    ),
  ].flatMap((table) => entries(table).flatMap(([name, source]) => sourcesOf(name, source)));
  const name = valueAt(project, 'name') ?? valueAt(tool, 'poetry', 'name');
  return {
    name: typeof name === 'string' ? normalized(name) : undefined,
    isWorkspace: valueAt(tool, 'uv', 'workspace') !== undefined,
    sources: [...direct, ...own, ...poetry],
    needs,
    shared,
  };

  function sourcesOf(name: string, source: unknown): PythonSource[] {
    // More than one, of which a marker chooses.
    if (Array.isArray(source)) return source.flatMap((each) => sourcesOf(name, each));
    const path = valueAt(source, 'path');
    if (typeof path === 'string') return [{ path, name: normalized(name), line: lineOf(path) }];
    const isMember = valueAt(source, 'workspace') === true;
    return isMember ? [{ path: undefined, name: normalized(name), line: lineOf(name) }] : [];
  }

  function lineOf(written: string): number {
    return lineAt(text, Math.max(0, text.indexOf(written)));
  }
}

/** Returns a name as PEP 503 compares it. */
function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function nameOf(requirement: string): string {
  return normalized(/^[\w.-]*/.exec(requirement.trim())![0]);
}

/** The requirements of groups: of those for developers, or of the others. */
function groups(table: unknown, ofDevelopers = false): string[] {
  return entries(table).flatMap(([name, list]) => (forDevelopers.test(name) === ofDevelopers ? strings(list) : []));
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
