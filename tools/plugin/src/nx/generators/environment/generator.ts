import { workspaceOptions } from '../workspace-options.ts';
import { manifestsOf } from '../../../model/workspace/places.ts';
import { generateFiles, getProjects, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import { parseAllDocuments, parseDocument } from 'yaml';
import type { RawOptions } from '../../executors/options/options.ts';
import { findAccess } from '../../../adapters/kubernetes/client/credentials/kubeconfig.ts';
import { environmentsFolder, isSamePlace, type Environment } from '../../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import { provisioningFolder } from '../../../model/provision/render-provisioning.ts';
import { parseEnvironments } from '../../../adapters/workspace/environments.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { environmentTexts } from '../environment-texts.ts';
import { graphOnDisk, updatePipelines, type ReadGraph } from '../update-pipelines.ts';
import { formIn, isServiceIn } from '../service-manifests.ts';
import { copyOverlay } from './rendered-overlays.ts';
import { environmentFile, hostnameOf } from './environment-file.ts';
import { parseEnvironmentRequest, type EnvironmentRequest } from './environment-request.ts';

/** `nx g @poc/plugin:environment NAME`: a refusal ends the process with exit code 2. */
export default function environmentCommand(tree: Tree, options: RawOptions): Promise<() => Promise<void>> {
  return endWithRefusal(() => generateEnvironment(tree, options, (environment) => findAccess(environment, tree.root)));
}

/**
 * Adds an environment, to the pipelines too.
 * @param reach fails when the environment's context is in no kubeconfig of this machine.
 * @returns what is to be done when the files are written: to say what comes next.
 * @throws {Refusal} before anything is written.
 */
export async function generateEnvironment(
  tree: Tree,
  options: RawOptions,
  reach: (environment: Environment) => Promise<unknown>,
  projectGraph: ReadGraph = graphOnDisk,
): Promise<() => Promise<void>> {
  workspaceOptions(tree);
  const texts = environmentTexts(tree);
  const environments = texts.size === 0 ? [] : await parseEnvironments(texts);
  const request = parseEnvironmentRequest(options, environments);
  const { name, model } = request;
  const path = `${environmentsFolder}/${name}.yaml`;
  const text = environmentFile(request, model && texts.get(fileOf(texts, model.name)));
  const environment = await checked(request, text);
  refuseTaken(tree, request, environments);
  refuseSharedPlace(environment, environments, request.doing);

  makeRoom(tree, environments, request.order);
  tree.write(path, text);
  const overlays = hostnameOf(request.url) === undefined ? [] : servicesWithRoute(tree);
  for (const [service, root] of overlays) {
    const template = join(import.meta.dirname, '../service/files/overlay');
    generateFiles(tree, template, root, { name: service, environment: name });
  }
  const nearest = [...environments]
    .sort((a, b) => distance(a, request) - distance(b, request))
    .map((each) => each.name);
  const others = model ? [model.name, ...nearest.filter((each) => each !== model.name)] : nearest;
  const copied = renderedServices(tree).flatMap(([service, root]) =>
    copyOverlay(tree, { service, root }, name, others),
  );
  const overlay = model && tree.read(`${provisioningFolder}/${model.name}.yaml`, 'utf8');
  if (overlay) tree.write(`${provisioningFolder}/${name}.yaml`, overlay.replaceAll(`to ${model.name}.`, `to ${name}.`));

  const warn = await updatePipelines(tree, projectGraph);
  return async () => {
    warn();
    await reach(environment).catch((error: unknown) => {
      if (!(error instanceof ProductError)) throw error;
      console.warn(`\nIt cannot be reached from here. ${error.explain()}`);
    });
    if (copied.length > 0) console.log(`\n${copied.join('\n')}`);
    const isProvisioned = tree.exists(provisioningFolder);
    console.log(`\nAdded ${path}. ${nextSteps({ environment, environments, model, isProvisioned })}`);
  };
}

/** Returns what is left to do by hand for a new environment. */
function nextSteps({
  environment,
  environments,
  model,
  isProvisioned,
}: {
  readonly environment: Environment;
  readonly environments: readonly Environment[];
  readonly model: Environment | undefined;
  readonly isProvisioned: boolean;
}): string {
  const copied = model ? `Look through its variables and cluster: they are those of ${model.name}. ` : '';
  const own = variablesToChange(environment, environments);
  const mustDiffer =
    own.length === 0 ? '' : `Give it its own ${own.join(', ')}: so far no two environments share them. `;
  const provision = isProvisioned
    ? `\`nx run infrastructure:provision --env=${environment.name}\` sets it up in its cluster.`
    : 'its namespace must be in the cluster before anything is deployed.';
  return `${copied}${mustDiffer}Then commit and push it; ${provision}`;
}

function fileOf(texts: ReadonlyMap<string, string>, name: string): string {
  return (
    [`${environmentsFolder}/${name}.yaml`, `${environmentsFolder}/${name}.yml`].find((path) => texts.has(path)) ?? ''
  );
}

/** The environment that a text describes. @throws {Refusal} when options made it one that cannot be. */
async function checked({ doing, name, namespace }: EnvironmentRequest, text: string): Promise<Environment> {
  try {
    const [environment] = await parseEnvironments(new Map([[`${environmentsFolder}/${name}.yaml`, text]]));
    return environment!;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, evidence = [reason] } = error.facts;
    // Where in a file that is not written is of no use; of a namespace named like the environment, the name is told.
    const mistakes = evidence
      .map((line) => line.replace(/^.*?\.yaml:\d+: /, ''))
      .filter((line) => namespace !== name || !line.startsWith('namespace '));
    throw new Refusal({
      type: 'bad-environment',
      doing,
      reason: mistakes.join(' ').replace(/^[a-z]/, (letter) => letter.toUpperCase()),
      remedy: 'Choose other options.',
    });
  }
}

/** @throws {Refusal} when there is one already, or files of that name are something else. */
function refuseTaken(tree: Tree, { doing, name }: EnvironmentRequest, environments: readonly Environment[]): void {
  if (environments.some((environment) => environment.name === name)) {
    throw new Refusal({
      type: 'environment-exists',
      doing,
      reason: 'It exists already.',
      remedy: `Change ${environmentsFolder}/${name}.yaml, or choose another name.`,
    });
  }
  const folders = [...services(tree).map(([, root]) => manifestsOf(root)), provisioningFolder];
  const taken = folders.map((folder) => `${folder}/${name}.yaml`).filter((file) => tree.exists(file));
  if (taken.length === 0) return;
  throw new Refusal({
    type: 'environment-name-taken',
    doing,
    reason: `What differs in ${name} would be in ${taken[0]}, which exists already.`,
    remedy: 'Choose another name, or move that file.',
  });
}

/** @throws {Refusal} when another environment is in its namespace: they would take each other's releases for their own. */
function refuseSharedPlace(environment: Environment, others: readonly Environment[], doing: string): void {
  const other = others.find((each) => isSamePlace(each, environment));
  if (!other) return;
  throw new Refusal({
    type: 'bad-environment',
    doing,
    reason: `The namespace ${environment.namespace} of this cluster is that of ${other.name}.`,
    remedy: 'Pass another `--namespace` or `--context`.',
  });
}

/** Variables that it shares with another environment, though all others have values of their own. */
function variablesToChange({ variables }: Environment, others: readonly Environment[]): string[] {
  if (others.length < 2) return [];
  return Object.keys(variables).filter((key) => {
    const values = others.map((other) => other.variables[key]);
    return values.includes(variables[key]!) && new Set(values).size === others.length;
  });
}

/** Moves the environment that has this place, and those right behind it, up by one. */
function makeRoom(tree: Tree, environments: readonly Environment[], order: number): void {
  for (let place = order; ; place += 1) {
    const occupant = environments.find((environment) => environment.order === place);
    if (!occupant) return;
    const path = fileOf(environmentTexts(tree), occupant.name);
    const text = tree.read(path, 'utf8') ?? '';
    const scalar = parseDocument(text).get('order', true) as { range?: [number, number, number] } | undefined;
    const [from, to] = scalar!.range!;
    tree.write(path, `${text.slice(0, from)}${place + 1}${text.slice(to)}`);
  }
}

/** Names and folders of the services. */
function services(tree: Tree): [string, string][] {
  return [...getProjects(tree)]
    .map(([service, { root }]): [string, string] => [service, root])
    .filter(([, root]) => isServiceIn(tree, root));
}

/** Those whose manifests Kustomize or Helm makes. */
function renderedServices(tree: Tree): [string, string][] {
  return services(tree).filter(([, root]) => formIn(tree, root) !== 'plain');
}

/** Environments count as near by their order. */
function distance({ order }: Pick<Environment, 'order'>, { order: place }: Pick<EnvironmentRequest, 'order'>): number {
  return Math.abs(order - place);
}

function plainServices(tree: Tree): [string, string][] {
  return services(tree).filter(([, root]) => formIn(tree, root) === 'plain');
}

/** Those that have a route at the gateway, named like themselves. */
function servicesWithRoute(tree: Tree): [string, string][] {
  return plainServices(tree).filter(([service, root]) =>
    tree
      .children(manifestsOf(root))
      .filter((file) => /\.ya?ml$/.test(file))
      .flatMap((file) => parseAllDocuments(tree.read(`${manifestsOf(root)}/${file}`, 'utf8') ?? ''))
      .some(
        (document) =>
          'get' in document &&
          document.get('kind') === 'HTTPRoute' &&
          document.getIn(['metadata', 'name']) === service &&
          document.hasIn(['spec', 'rules']),
      ),
  );
}
