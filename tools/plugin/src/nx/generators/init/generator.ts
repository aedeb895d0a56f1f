import { readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { booleanReader } from '../../executors/options/declare-options.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import { currentContext } from '../../../adapters/kubernetes/client/credentials/current-context.ts';
import { findAccess } from '../../../adapters/kubernetes/client/credentials/kubeconfig.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { pluginPackage } from '../../../model/product/wire-names.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { environmentTexts } from '../environment-texts.ts';
import { generateEnvironment } from '../environment/generator.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { candidatesIn } from '../adopt/find-service.ts';
import { text } from '../text-option.ts';
import { workspaceOptions } from '../workspace-options.ts';
import { registriesIn } from './find-registry.ts';
import { refuseCachedDefaults, withPlugin } from './nx-settings.ts';

/** Facts of this machine. */
export interface MachineFacts {
  /** Returns the context that kubectl would take now. */
  currentContext(): Promise<string | undefined>;
  /** Fails when the environment's context is in no kubeconfig. */
  reach(environment: Environment): Promise<unknown>;
}

/** `nx g @poc/plugin:init`, and what `nx add @poc/plugin` calls: asks nothing. */
export default async function initCommand(tree: Tree, options: RawOptions): Promise<() => Promise<void>> {
  const facts = { currentContext, reach: (environment: Environment) => findAccess(environment, tree.root) };
  const { lines, afterwards } = await endWithRefusal(() => init(tree, options, facts));
  return async () => {
    await afterwards();
    console.log(`\n${lines.join('\n')}`);
  };
}

/**
 * Registers the plugin and what it needs, and describes the first environment as far as it is known. Run again, it changes nothing.
 * @returns what was done and what comes next, and what is to be done when the files are written. @throws {Refusal} before anything is written.
 */
export async function init(
  tree: Tree,
  raw: RawOptions,
  facts: MachineFacts,
): Promise<{ readonly lines: readonly string[]; afterwards(): Promise<void> }> {
  const doing = `set up ${pluginPackage}`;
  rejectExtraArguments(raw, doing);
  const readers = {
    ...{ env: text('dev'), context: text(''), namespace: text(''), registry: text(''), prefix: text('') },
    skipEnvironment: booleanReader,
  };
  const options = readOptions(raw, readers, { doing });
  workspaceOptions(tree);
  const nxJson = readNxJson(tree) ?? {};
  const { changed, done } = withPlugin(tree, nxJson, options.prefix);
  refuseCachedDefaults(changed, doing);
  const environment = options.skipEnvironment ? { done: [] } : await firstEnvironment(tree, options, facts);
  if (done.length > 0) updateNxJson(tree, changed);
  const all = [...done, ...environment.done];
  const lines = all.length === 0 ? [`Nothing to change: ${pluginPackage} is set up.`] : [...all];
  return {
    lines: [...lines, `Next: ${environment.next ?? nextOf(tree)}`],
    afterwards: environment.afterwards ?? (() => Promise.resolve()),
  };
}

interface FirstEnvironment {
  readonly done: readonly string[];
  /** The next command, where something is not known. */
  readonly next?: string;
  afterwards?(): Promise<void>;
}

/** Describes the first environment, where all of it is known; nothing is made up. */
async function firstEnvironment(
  tree: Tree,
  given: Readonly<Record<'env' | 'context' | 'namespace' | 'registry', string>>,
  facts: MachineFacts,
): Promise<FirstEnvironment> {
  if (environmentTexts(tree).size > 0) return { done: [] };
  const context = given.context || (await facts.currentContext());
  const found = given.registry === '' ? registriesIn(tree) : [given.registry];
  const registry = found.length === 1 ? found[0] : undefined;
  if (context !== undefined && registry !== undefined) {
    const { env: name, namespace } = given;
    const request = { name, context, registry, deploy: 'automatic', ...(namespace === '' ? {} : { namespace }) };
    const afterwards = await generateEnvironment(tree, request, facts.reach);
    const where = `${context}, namespace ${namespace || name}, registry ${registry}`;
    return { done: [`Describes the environment ${name}: ${where}.`], afterwards };
  }
  const why = [
    ...(context === undefined ? ['no kubeconfig says which cluster'] : []),
    ...(registry === undefined
      ? [found.length === 0 ? 'no manifest names a registry' : `manifests name ${found.join(' and ')}`]
      : []),
  ];
  const next = `nx g ${pluginPackage}:environment ${given.env} --context=${context ?? 'CONTEXT'} --registry=${registry ?? 'HOST/PATH'} --deploy=automatic`;
  return { done: [`Describes no environment yet: ${why.join(', and ')}.`], next };
}

function nextOf(tree: Tree): string {
  const [first] = candidatesIn(tree);
  return first === undefined
    ? `nx g ${pluginPackage}:service NAME`
    : `nx g ${pluginPackage}:adopt ${first.service}, which reports what a release needs`;
}
