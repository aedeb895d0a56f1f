import { getProjects, readNxJson, updateNxJson, updateProjectConfiguration, type Tree } from '@nx/devkit';
import { environmentsFolder } from '../../model/environment/environment.ts';
import { executorCollections } from '../../model/product/installation.ts';
import { pluginPackage } from '../../model/product/wire-names.ts';

/** By which nx.json names the plugin where its sources lie in the workspace. */
const sourceDoor = './tools/nx/graph.cjs';
const sourceSchema = '../../tools/plugin/schemas/';

/**
 * Migration to 0.1.0, the first version that is published: before it the plugin was used as a copy of its sources, whose
 * paths nx.json, targets and environments name. Changes nothing where they name the package already.
 */
export default function nameThePackage(tree: Tree): void {
  const nxJson = readNxJson(tree);
  if (nxJson?.plugins?.some((entry) => nameOf(entry) === sourceDoor)) {
    const plugins = nxJson.plugins.map((entry) => {
      if (nameOf(entry) !== sourceDoor) return entry;
      return typeof entry === 'string' ? pluginPackage : { ...entry, plugin: pluginPackage };
    });
    updateNxJson(tree, { ...nxJson, plugins: plugins.filter(isFirstOfItsName) });
  }
  for (const [name, project] of getProjects(tree)) {
    let isChanged = false;
    for (const target of Object.values(project.targets ?? {})) {
      const named = packageExecutor(target.executor);
      if (named === target.executor) continue;
      target.executor = named;
      isChanged = true;
    }
    if (isChanged) updateProjectConfiguration(tree, name, project);
  }
  for (const file of tree.exists(environmentsFolder) ? tree.children(environmentsFolder) : []) {
    const path = `${environmentsFolder}/${file}`;
    const text = tree.read(path, 'utf8') ?? '';
    if (text.includes(sourceSchema))
      tree.write(path, text.replace(sourceSchema, `../../node_modules/${pluginPackage}/schemas/`));
  }
}

type Entry = string | { readonly plugin: string };

function nameOf(entry: Entry): string {
  return typeof entry === 'string' ? entry : entry.plugin;
}

/** Nx would infer everything twice. `nx add` may have named the package before. */
function isFirstOfItsName(entry: Entry, index: number, all: readonly Entry[]): boolean {
  return all.findIndex((each) => nameOf(each) === nameOf(entry)) === index;
}

function packageExecutor(executor: string | undefined): string | undefined {
  const [sources] = executorCollections;
  return executor?.startsWith(`${sources}:`) ? `${pluginPackage}:${executor.slice(sources!.length + 1)}` : executor;
}
