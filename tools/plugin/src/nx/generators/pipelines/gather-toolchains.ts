import type { ProjectGraph, Tree } from '@nx/devkit';
import { WorkspaceToolchains } from '../../../adapters/workspace/toolchains.ts';
import { chooseVersions } from '../../../model/pipelines/choose-toolchains.ts';
import type { PipelineFacts, PipelineToolchain } from '../../../model/pipelines/pipeline-facts.ts';
import { distinctToolchains, type Toolchain } from '../../../model/toolchains/toolchain.ts';

type PipelineLanguage = PipelineToolchain['language'];

/** A service, and what it is built with. */
interface ServiceNeeds {
  readonly root: string;
  readonly needs: readonly Toolchain[];
}

/** Returns what jobs set up for some services. @throws {Refusal} naming a file that has a mistake, or versions that exclude each other. */
export function gatherToolchains(
  tree: Tree,
  graph: ProjectGraph,
  services: readonly { readonly name: string; readonly root: string }[],
): Pick<PipelineFacts, 'node' | 'toolchains'> {
  const workspace = new WorkspaceToolchains({
    read: (path) => (tree.isFile(path) ? (tree.read(path, 'utf8') ?? undefined) : undefined),
    list: (folder) => tree.children(folder),
  });
  const built = services.map(({ name, root }): ServiceNeeds => ({ root, needs: workspace.ofService(graph, name) }));
  const needs = distinctToolchains([workspace.ofNx(), ...built.flatMap((service) => service.needs)]);
  const ofLanguage = (language: Toolchain['language']) => needs.filter((need) => need.language === language);
  const languages: readonly PipelineLanguage[] = ['dotnet', 'go', 'python'];
  return {
    node: chooseVersions('node', ofLanguage('node'))[0]!,
    toolchains: languages
      .filter((language) => ofLanguage(language).length > 0)
      .map((language) => {
        const roots = built.filter((service) => service.needs.some((need) => need.language === language));
        const lockFiles = [...new Set(roots.flatMap(({ root }) => lockFilesOf(tree, language, root)))].sort();
        const isVerified = language === 'python' && lockFiles.every((path) => hasHashes(tree, path));
        return { language, versions: chooseVersions(language, ofLanguage(language)), lockFiles, isVerified };
      }),
  };
}

/** Returns the files that name a service's packages in a language: its own, or the nearest above it. */
function lockFilesOf(tree: Tree, language: PipelineLanguage, root: string): string[] {
  const find = lockFileFinders[language];
  for (const folder of foldersUpFrom(root)) {
    const found = find(tree, folder);
    if (found.length > 0) return found;
  }
  return [];
}

const lockFileFinders: Readonly<Record<PipelineLanguage, (tree: Tree, folder: string) => string[]>> = {
  // Its tests are a project of their own.
  dotnet: (tree, folder) =>
    [folder, ...tree.children(folder).map((name) => join(folder, name))]
      .map((each) => join(each, 'packages.lock.json'))
      .filter((path) => tree.isFile(path)),
  go: (tree, folder) => [join(folder, 'go.sum')].filter((path) => tree.isFile(path)),
  // Those that pip reads; what installs from a `uv.lock` or a `poetry.lock` has a cache of its own.
  python: (tree, folder) => {
    const names = tree.children(folder).filter((name) => /^requirements.*\.(lock|txt)$/.test(name));
    const locks = names.filter((name) => name.endsWith('.lock'));
    return (locks.length > 0 ? locks : names).map((name) => join(folder, name));
  },
};

/** Reports whether pip compares every package of a file with it: with one hash in it, it wants one for each. */
function hasHashes(tree: Tree, path: string): boolean {
  return /--hash[= ]/.test(tree.read(path, 'utf8') ?? '');
}

function foldersUpFrom(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '.' && part !== '');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/')).concat('');
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
