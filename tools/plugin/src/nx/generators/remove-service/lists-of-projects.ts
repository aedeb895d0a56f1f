import type { Tree } from '@nx/devkit';
import { posix } from 'node:path';
import { parseGoModuleFile } from '../../../model/references/go/go-module-file.ts';
import { foldersAbove, pathFrom } from '../../../model/references/reference.ts';

/** Reports whether a path leads to what is removed. */
type IsRemoved = (path: string) => boolean;

/** Files that list projects by their paths, and without which entries a list is left. */
const lists: readonly { readonly name: RegExp; readonly without: (text: string, isRemoved: IsRemoved) => string }[] = [
  { name: /^go\.work$/, without: withoutGoModules },
  { name: /\.sln$/i, without: withoutSolutionProjects },
  { name: /\.slnx$/i, without: withoutSolutionXmlProjects },
  { name: /\.slnf$/i, without: withoutFilteredProjects },
];

/**
 * Takes a folder out of the files above it that list projects of a language: `go.work`, solutions of .NET. What they list
 * and is not there fails the builds of all others.
 * @returns the files that were changed.
 */
export function dropFromLists(tree: Tree, removed: string): string[] {
  return foldersAbove(removed).flatMap((folder) =>
    tree.children(folder).flatMap((name) => {
      const file = posix.join(folder, name);
      const list = lists.find((each) => each.name.test(name));
      const text = list === undefined || !tree.isFile(file) ? undefined : tree.read(file, 'utf8');
      if (list === undefined || text === undefined || text === null) return [];
      const kept = list.without(text, (written) => {
        const path = pathFrom(folder, written.replaceAll('\\', '/'), { root: '/' });
        return path === removed || path.startsWith(`${removed}/`);
      });
      if (kept === text) return [];
      tree.write(file, kept);
      return [file];
    }),
  );
}

/** Of `use`, and of a `replace` by a folder that goes. */
function withoutGoModules(text: string, isRemoved: IsRemoved): string {
  const gone = parseGoModuleFile(text).folders.filter(({ folder }) => isRemoved(folder));
  const lines = new Set(gone.map(({ line }) => line));
  return text
    .split('\n')
    .filter((_, index) => !lines.has(index + 1))
    .join('\n');
}

const solutionProject =
  /^Project\("[^"]*"\)\s*=\s*"[^"]*",\s*"([^"]*)",\s*"(\{[^"}]*\})"[^]*?^EndProject[ \t]*(?:\r?\n|$)/gim;

/** A project, and its lines in the sections for all: configurations, folders of the solution. */
function withoutSolutionProjects(text: string, isRemoved: IsRemoved): string {
  const identities: string[] = [];
  const kept = text.replace(solutionProject, (project, path: string, identity: string) => {
    if (!isRemoved(path)) return project;
    identities.push(identity.toLowerCase());
    return '';
  });
  if (identities.length === 0) return text;
  return kept
    .split('\n')
    .filter((line) => !identities.some((identity) => line.trim().toLowerCase().startsWith(identity)))
    .join('\n');
}

const solutionXmlProject =
  /[ \t]*<Project\b[^>]*?\bPath\s*=\s*"([^"]*)"[^>]*?(?:\/>|>[^]*?<\/Project>)[ \t]*(?:\r?\n)?/g;

function withoutSolutionXmlProjects(text: string, isRemoved: IsRemoved): string {
  return text.replace(solutionXmlProject, (project, path: string) => (isRemoved(path) ? '' : project));
}

/** A filter has the paths from the folder of its solution. */
function withoutFilteredProjects(text: string, isRemoved: IsRemoved): string {
  let filter: { solution?: { path?: unknown; projects?: unknown } };
  try {
    filter = JSON.parse(text.replace(/^\uFEFF/, '')) as typeof filter;
  } catch {
    return text;
  }
  const { path, projects } = filter.solution ?? {};
  if (!Array.isArray(projects) || typeof path !== 'string') return text;
  const folder = posix.dirname(path.replaceAll('\\', '/'));
  const isKept = (project: unknown) =>
    typeof project !== 'string' || !isRemoved(posix.join(folder, project.replaceAll('\\', '/')));
  const kept = projects.filter(isKept);
  if (kept.length === projects.length) return text;
  return `${JSON.stringify({ ...filter, solution: { ...filter.solution, projects: kept } }, null, 2)}\n`;
}
