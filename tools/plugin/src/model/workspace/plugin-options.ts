import { Refusal } from '../errors/product-error.ts';
import { pluginPackage } from '../product/wire-names.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** Targets before which others run, by the names that they have without a prefix. */
export const targetsWithDependencies = ['release', 'docker-release'] as const;

/** The options of this plugin in nx.json, with all defaults. */
export interface PluginOptions {
  /** Folder of what the services share: environments, the clusters' configuration, signers; relative to the workspace's root. */
  readonly infrastructure: string;
  /** Folder of a service's manifests, relative to the service's own; with a Dockerfile beside it makes a project a service. */
  readonly manifests: string;
  /** Before the name of every target of this plugin: `ship-` makes `ship-status` of `status`. */
  readonly targetPrefix: string;
  /** Targets that Nx runs before `release` and `docker-release`, instead of those that it runs by itself. */
  readonly dependsOn: { readonly [Target in (typeof targetsWithDependencies)[number]]?: readonly string[] };
}

/** The options of a workspace whose nx.json says none. */
export const defaultOptions: PluginOptions = {
  infrastructure: 'Infrastructure',
  manifests: 'k8s',
  targetPrefix: '',
  dependsOn: {},
};

/** The parts of nx.json that are read. */
export interface PluginEntries {
  readonly plugins?: readonly (string | { readonly plugin: string; readonly options?: unknown })[];
}

/** How nx.json may name this plugin: by its package, or by its file in its own repository. */
const names = [pluginPackage, './tools/nx/graph.cjs'];

/** Options as far as they can be read, and what is wrong in them. */
export interface ReadOptions {
  /** With the default for whatever is wrong. */
  readonly options: PluginOptions;
  /** Sentences without their beginning, "In nx.json, …". */
  readonly mistakes: readonly string[];
}

/**
 * Returns the options that nx.json gives this plugin. Of several entries the first with options counts: they are the workspace's.
 * @throws {Refusal} naming what is wrong in them.
 */
export function pluginOptionsIn(nxJson: PluginEntries | null | undefined): PluginOptions {
  return parsePluginOptions(entryOptions(nxJson));
}

/** The same for what may not fail for a mistake: the graph, without which no command of any plugin runs. */
export function readPluginOptionsIn(nxJson: PluginEntries | null | undefined): ReadOptions {
  return readPluginOptions(entryOptions(nxJson));
}

function entryOptions(nxJson: PluginEntries | null | undefined): unknown {
  const entries = (nxJson?.plugins ?? []).filter(isOwnEntry);
  const given = entries.find((entry) => typeof entry !== 'string' && entry.options !== undefined);
  return typeof given === 'object' ? given.options : undefined;
}

function isOwnEntry(entry: string | { readonly plugin: string }): boolean {
  return names.includes(typeof entry === 'string' ? entry : entry.plugin);
}

/**
 * Reads the options of this plugin's entry in nx.json.
 * @param value as Nx hands it on: undefined where there are none.
 * @throws {Refusal} naming every mistake.
 */
export function parsePluginOptions(value: unknown): PluginOptions {
  const { options, mistakes } = readPluginOptions(value);
  if (mistakes.length > 0) throw badOptions(mistakes);
  return options;
}

/** The same without throwing. */
export function readPluginOptions(value: unknown): ReadOptions {
  if (value === undefined || value === null) return { options: defaultOptions, mistakes: [] };
  if (!isMap(value)) return { options: defaultOptions, mistakes: ['its `options` must be a map of keys and values.'] };
  const read = Object.entries(value).map(([key, each]) => ({ key, each, mistakes: mistakesOf(key, each) }));
  const right = read.filter(({ mistakes }) => mistakes.length === 0).map(({ key, each }) => [key, each]);
  const options = { ...defaultOptions, ...(Object.fromEntries(right) as Partial<PluginOptions>) };
  return {
    options: { ...options, infrastructure: tidy(options.infrastructure), manifests: tidy(options.manifests) },
    mistakes: read.flatMap(({ mistakes }) => mistakes),
  };
}

/** `./ops/` is the folder `ops`. */
function tidy(folder: string): string {
  return folder.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}

function mistakesOf(key: string, value: unknown): string[] {
  if (key === 'infrastructure' || key === 'manifests') {
    const example = key === 'manifests' ? 'deploy/k8s' : 'ops';
    return isFolder(value) ? [] : [`\`${key}\` must be a folder like "${example}", relative and without wildcards.`];
  }
  if (key === 'targetPrefix') {
    if (typeof value === 'string' && /^[\w.-]*$/.test(value)) return [];
    return ['`targetPrefix` must be a text of letters, digits and "-", "_" or ".", like "ship-".'];
  }
  if (key === 'dependsOn') return dependencyMistakes(value);
  return [unknownKey(key, 'options', Object.keys(defaultOptions))];
}

function dependencyMistakes(value: unknown): string[] {
  const targets: readonly string[] = targetsWithDependencies;
  if (!isMap(value)) return ['`dependsOn` must be a map, like {"release": ["test", "build"]}.'];
  return Object.entries(value).flatMap(([target, list]) => {
    if (!targets.includes(target)) return [unknownKey(target, 'options.dependsOn', targets)];
    const isList = Array.isArray(list) && list.every((each) => typeof each === 'string' && each !== '');
    return isList ? [] : [`\`dependsOn.${target}\` must be a list of targets, like ["test", "build"].`];
  });
}

function unknownKey(key: string, where: string, known: readonly string[]): string {
  return `there is no key "${key}" in \`${where}\`. ${didYouMean(key, known) || `The keys are ${known.join(', ')}.`}`;
}

/**
 * Reports whether a value is a folder inside another one. Backslashes, globs and steps upwards are none, nor is what a
 * shell would replace between quotes.
 */
function isFolder(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[^\\*?{}[\]()!:"'`$%\0\n]+$/.test(value) || value.startsWith('/')) return false;
  const parts = tidy(value).split('/');
  return parts.every((part) => part !== '' && part !== '..' && part !== '.');
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badOptions(mistakes: readonly string[]): Refusal {
  const isOne = mistakes.length === 1;
  return new Refusal({
    type: 'bad-plugin-options',
    doing: `read the options of ${pluginPackage} in nx.json`,
    reason: isOne ? `In nx.json, ${mistakes[0]}` : `There are ${mistakes.length} mistakes.`,
    remedy: 'Correct them in `plugins` of nx.json; docs/reference/plugin-options.md has all.',
    evidence: isOne ? [] : mistakes.map((mistake) => `nx.json: ${mistake}`),
  });
}
