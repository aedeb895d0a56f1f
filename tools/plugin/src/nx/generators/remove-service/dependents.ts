import { manifestFoldersOf } from '../../../model/manifests/rendering/manifest-files.ts';
import { getProjects, type ProjectGraph, type Tree } from '@nx/devkit';

/** Projects that do not work without the given one, each with the reason as a clause: `orders imports it`. */
export function findDependents(tree: Tree, graph: ProjectGraph, name: string): string[] {
  const importers = Object.keys(graph.nodes)
    .filter((source) => source !== name && graph.dependencies[source]?.some(({ target }) => target === name))
    .map((source) => `${source} depends on it in the project graph`);
  const address = new RegExp(`//${name}(?![\\w-])`);
  const callers = [...getProjects(tree)]
    .filter(([other]) => other !== name)
    .flatMap(([other, { root }]) =>
      manifestFoldersOf(root)
        .flatMap((folder) => linesMatching(tree, folder, address))
        .map((place) => `${other} calls it: ${place}`),
    );
  return [...importers, ...callers];
}

/** `file:line` of each line that matches, in a folder and below. */
function linesMatching(tree: Tree, folder: string, pattern: RegExp): string[] {
  return tree.children(folder).flatMap((child) => {
    const path = `${folder}/${child}`;
    if (!tree.isFile(path)) return linesMatching(tree, path, pattern);
    const lines = tree.read(path, 'utf8')?.split('\n') ?? [];
    return lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
  });
}
