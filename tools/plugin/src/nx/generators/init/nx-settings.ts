import { getProjects, readJson, type NxJsonConfiguration, type Tree } from '@nx/devkit';
import { Refusal } from '../../../model/errors/product-error.ts';
import { pluginPackage } from '../../../model/product/wire-names.ts';
import { analysesImports } from '../../executors/infrastructure/doctor/nx-settings.ts';
import { commands, type Command } from '../../graph/commands.ts';
import { executorNamed } from '../../graph/executor-name.ts';
import { serviceTargets } from '../../graph/targets.ts';
import { candidatesIn } from '../adopt/find-service.ts';

const syncGenerator = `${pluginPackage}:sync-pipelines`;
/** In the repository of the plugin itself. */
const atHome = './tools/nx/graph.cjs';
const usualPrefix = 'poc-';

/**
 * Returns Nx's settings with the plugin among them, and what that changes, as sentences.
 * @param prefix before the names of its targets; found out when it is empty.
 */
export function withPlugin(
  tree: Tree,
  nxJson: NxJsonConfiguration,
  prefix: string,
): { readonly changed: NxJsonConfiguration; readonly done: readonly string[] } {
  const done: string[] = [];
  let changed = nxJson;
  if (!entryOf(nxJson)) {
    const clashes = prefix === '' ? clashesIn(tree) : [];
    const targetPrefix = clashes.length > 0 ? usualPrefix : prefix;
    const entry = targetPrefix === '' ? pluginPackage : { plugin: pluginPackage, options: { targetPrefix } };
    changed = { ...changed, plugins: [...(changed.plugins ?? []), entry] };
    done.push(
      targetPrefix === ''
        ? `Registers ${pluginPackage} in nx.json.`
        : `Registers ${pluginPackage} in nx.json; its targets begin with ${targetPrefix}${clashes.length > 0 ? `, for there is ${clashes.join(', ')}` : ''}.`,
    );
  }
  const generators = changed.sync?.globalGenerators ?? [];
  if (!generators.includes(syncGenerator)) {
    changed = { ...changed, sync: { ...changed.sync, globalGenerators: [...generators, syncGenerator] } };
    done.push('Has `nx sync` keep generated pipelines in step.');
  }
  if (!analysesImports(changed, packagesIn(tree))) {
    const js = { ...(changed.pluginsConfig?.['@nx/js'] as object | undefined), analyzeSourceFiles: true };
    changed = { ...changed, pluginsConfig: { ...changed.pluginsConfig, '@nx/js': js } };
    done.push('Has Nx look at imports, so that a changed library releases what uses it.');
  }
  return { changed, done };
}

type Entry = NonNullable<NxJsonConfiguration['plugins']>[number];

function entryOf({ plugins = [] }: NxJsonConfiguration): Entry | undefined {
  return plugins.find((each) => [pluginPackage, atHome].includes(typeof each === 'string' ? each : each.plugin));
}

/** Returns targets of services that have the name of one of ours: `shop:release`. */
function clashesIn(tree: Tree): string[] {
  const services = new Set(candidatesIn(tree).map(({ root }) => root));
  const ours = new Set(Object.keys(serviceTargets));
  return [...getProjects(tree)]
    .filter(([, { root }]) => services.has(root))
    .flatMap(([name, { root, targets = {} }]) => {
      const names = new Set([...Object.keys(targets), ...scriptsIn(tree, root)]);
      return [...names].filter((target) => ours.has(target)).map((target) => `${name}:${target}`);
    });
}

/** Scripts of a package.json are targets, too. */
function scriptsIn(tree: Tree, root: string): string[] {
  const path = root === '.' ? 'package.json' : `${root}/package.json`;
  if (!tree.exists(path)) return [];
  return Object.keys(readJson<{ scripts?: Record<string, string> }>(tree, path).scripts ?? {});
}

/** @throws {Refusal} when `targetDefaults` would have Nx cache what deploys. */
export function refuseCachedDefaults(nxJson: NxJsonConfiguration, doing: string): void {
  const entry = entryOf(nxJson);
  const options = (typeof entry === 'object' ? entry.options : undefined) as { targetPrefix?: string } | undefined;
  const uncached = Object.entries<Command>(commands).filter(([, { isCached }]) => !isCached);
  const names = uncached.flatMap(([name, { target }]) => [
    `${options?.targetPrefix ?? ''}${target}`,
    executorNamed(name),
  ]);
  const cached = Object.entries(nxJson.targetDefaults ?? {})
    .filter(([key, defaults]) => names.includes(key) && (defaults as { cache?: boolean }).cache === true)
    .map(([key]) => key);
  if (cached.length === 0) return;
  throw new Refusal({
    type: 'bad-setting',
    doing,
    reason: `\`targetDefaults\` in nx.json has Nx cache ${cached.join(', ')}: the second deployment would do nothing, and say that all went well.`,
    remedy: `Take \`"cache": true\` out there, or pass \`--prefix=${usualPrefix}\` for other names.`,
  });
}

function packagesIn(tree: Tree): ReadonlySet<string> {
  if (!tree.exists('package.json')) return new Set();
  const { dependencies = {}, devDependencies = {} } = readJson<Record<string, Record<string, string>>>(
    tree,
    'package.json',
  );
  return new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
}
