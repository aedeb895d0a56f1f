import { offsetFromRoot, writeJson, type Tree } from '@nx/devkit';
import { basename } from 'node:path';
import { adoptManifests } from '../../../model/adoption/adopt-manifests.ts';
import type { Adoption, Left, Mended, TakenOut } from '../../../model/adoption/adoption.ts';
import { copiedFromRoot } from '../../../model/adoption/build-context.ts';
import { parseBuild } from '../../../model/build/parse-build.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { whyNotServiceName } from '../../../model/release/service-name.ts';
import { inFolder, provisioningFolder } from '../../../model/workspace/places.ts';
import { adoptRenderedService, isRendered, type Renderers } from './adopt-rendered-service.ts';
import { bringDockerfile } from './bring-dockerfile.ts';
import type { Candidate } from './find-service.ts';
import { manifestsElsewhere, yamlTexts } from './find-manifests.ts';
import { projectFileOf, setTargetOption, targetOptions } from './project-options.ts';
import { keepSecrets } from './keep-secrets.ts';

/** How a service is adopted. */
export interface AdoptOptions {
  /** Folder of its manifests, relative to its own. */
  readonly manifests: string;
  /** Before the names of its targets. */
  readonly targetPrefix: string;
  readonly environments: readonly Environment[];
  /** The container that gets the image, if it is to be written down. */
  readonly container: string | undefined;
  /** Why requests of the service may fail while it is released. */
  readonly allowDowntime: string | undefined;
}

/** The things found and mended of one service. */
export interface AdoptReport {
  readonly candidate: Candidate;
  readonly mended: readonly Mended[];
  readonly left: readonly Left[];
  /** Remarks on the edits. */
  readonly notes: readonly string[];
}

/** Stands for the first environment where there is none yet. */
const standIn = { name: 'dev', namespace: 'dev', registry: 'registry.invalid', variables: {} };

/** Mends in the tree what a release of a service would refuse, and says what is left. */
export async function adoptService(
  tree: Tree,
  candidate: Candidate,
  options: AdoptOptions,
  renderers: Renderers,
): Promise<AdoptReport> {
  const { root, service } = candidate;
  const steps = new Steps();
  const why = whyNotServiceName(service);
  if (why !== undefined)
    steps.leave(
      `"${service}" cannot be the name of a service: ${why}`,
      `Give it a short one in ${projectFileOf(tree, root).path}: \`"${options.targetPrefix}release": {"options": {"service": "NAME"}}\`.`,
    );
  if (!candidate.isProject) addProject(tree, candidate, steps);
  if (options.container !== undefined)
    setOption(
      tree,
      candidate,
      { target: `${options.targetPrefix}docker-release`, option: 'container', value: options.container },
      steps,
    );
  const brought = bringDockerfile(tree, candidate, `${options.targetPrefix}docker-release`);
  if (brought) steps.mend(brought.finding, brought.edit);
  if (candidate.notTaken.length > 0)
    steps.notes.push(
      `${candidate.notTaken.join(', ')}: not taken; the image is built by ${inFolder(root, 'Dockerfile')}.`,
    );
  findContext(tree, candidate, options, steps);
  bringManifests(tree, candidate, options, steps);
  if (isRendered(tree, root)) await mendRendered(tree, candidate, { ...options, renderers }, steps);
  else mendManifests(tree, candidate, options, steps);
  return { candidate, mended: steps.mended, left: steps.left, notes: steps.notes };
}

/** The steps taken so far. */
class Steps {
  readonly mended: Mended[] = [];
  readonly left: Left[] = [];
  readonly notes: string[] = [];

  mend(finding: string, edit: string): void {
    this.mended.push({ finding, edit });
  }

  leave(finding: string, hint: string): void {
    this.left.push({ finding, hint });
  }
}

function addProject(tree: Tree, { root, service }: Candidate, steps: Steps): void {
  const { path, isPackage } = projectFileOf(tree, root);
  if (isPackage) return;
  const $schema = `${offsetFromRoot(root)}node_modules/nx/schemas/project-schema.json`;
  writeJson(tree, path, { $schema, name: service, projectType: 'application' });
  steps.mend(`${root} is no project, so that it has no target release.`, `${path} added`);
}

function setOption(
  tree: Tree,
  { root }: Candidate,
  option: { readonly target: string; readonly option: string; readonly value: unknown },
  steps: Steps,
): void {
  if (targetOptions(tree, root, option.target)[option.option] === option.value) return;
  const path = setTargetOption(tree, root, option);
  steps.mend(
    `${path}: the ${option.option} is not said.`,
    `${option.target}, ${option.option}: ${String(option.value)}`,
  );
}

function findContext(tree: Tree, { root, service }: Candidate, { targetPrefix }: AdoptOptions, steps: Steps): void {
  const target = `${targetPrefix}docker-release`;
  const { build } = targetOptions(tree, root, target);
  if (build !== undefined) {
    try {
      parseBuild(build, { name: service, root });
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      steps.leave(error.facts.reason, error.facts.remedy);
    }
    return;
  }
  const copied = copiedFromRoot(tree.read(inFolder(root, 'Dockerfile'), 'utf8') ?? '', root, (path) =>
    tree.exists(path),
  );
  if (copied.length === 0) return;
  const path = setTargetOption(tree, root, { target, option: 'build', value: { context: '.' } });
  steps.mend(
    `${copied[0]} is not in ${root}${copied.length > 1 ? ` (and ${copied.length - 1} more)` : ''}: the workspace's root is the build context.`,
    `${path}: ${target}, build.context is "."`,
  );
}

/** Moves the manifests that lie elsewhere into the folder in which they are looked for. */
function bringManifests(tree: Tree, { root, service }: Candidate, { manifests }: AdoptOptions, steps: Steps): void {
  const folder = inFolder(root, manifests);
  if (tree.exists(folder) || tree.exists(`${root}/chart`)) return;
  const found = manifestsElsewhere(tree, service);
  for (const path of found) {
    const to = `${folder}/${basename(path)}`;
    if (tree.exists(to)) continue;
    tree.write(to, tree.read(path)!);
    tree.delete(path);
    steps.mend(`${path} is not in ${folder}, where the manifests of ${service} are looked for.`, `moved to ${to}`);
  }
  if (found.length === 0)
    steps.leave(
      `${folder} is missing: there are no manifests of ${service}, so that it has no target release.`,
      `Write a Deployment and a Service there, whose container is named "${service}" or has \`image: ${service}\`.`,
    );
}

function mendManifests(tree: Tree, candidate: Candidate, options: AdoptOptions, steps: Steps): void {
  const { root, service } = candidate;
  const folder = inFolder(root, options.manifests);
  const texts = yamlTexts(tree, folder);
  if (texts.size === 0) return;
  const environments = options.environments.length > 0 ? options.environments : [standIn];
  const { container, allowDowntime } = settingsOf(tree, root, options.targetPrefix);
  const adoption = adoptManifests({
    ...{ service, folder, texts, environments, container },
    allowDowntime: options.allowDowntime,
    downtimeReason: allowDowntime,
  });
  for (const [path, text] of adoption.texts) if (text !== texts.get(path)) tree.write(path, text);
  for (const path of texts.keys()) if (!adoption.texts.has(path)) tree.delete(path);
  steps.mended.push(...adoption.mended);
  steps.left.push(...adoption.left);
  keepTakenOut(tree, candidate, adoption, steps);
}

async function mendRendered(
  tree: Tree,
  { root, service }: Candidate,
  options: AdoptOptions & { readonly renderers: Renderers },
  steps: Steps,
): Promise<void> {
  const environments = options.environments.length > 0 ? options.environments : [standIn];
  const { container, allowDowntime } = settingsOf(tree, root, options.targetPrefix);
  const { mended, left } = await adoptRenderedService(
    tree,
    {
      ...{ service, root, environments, container },
      allowDowntime: options.allowDowntime,
      downtimeReason: allowDowntime,
    },
    options.renderers,
  );
  steps.mended.push(...mended);
  steps.left.push(...left);
}

function settingsOf(tree: Tree, root: string, prefix: string): { container?: string; allowDowntime?: string } {
  const [release, image] = ['release', 'docker-release'].map((target) =>
    targetOptions(tree, root, `${prefix}${target}`),
  );
  const container = release?.['container'] ?? image?.['container'];
  const reason = release?.['allowDowntime'];
  return {
    ...(typeof container === 'string' ? { container } : {}),
    ...(typeof reason === 'string' ? { allowDowntime: reason } : {}),
  };
}

function keepTakenOut(tree: Tree, { root, service }: Candidate, adoption: Adoption, steps: Steps): void {
  if (adoption.clusterObjects.length > 0) {
    const path = inFolder(root, 'cluster-objects.yaml');
    const known = tree.exists(path) ? [tree.read(path, 'utf8') ?? ''] : [];
    tree.write(path, [...known, ...adoption.clusterObjects.map(({ text }) => text)].join('---\n'));
    steps.notes.push(
      `${namesOf(adoption.clusterObjects)} ${adoption.clusterObjects.length === 1 ? 'is' : 'are'} in ${path} now: who may applies it once (\`kubectl apply -f ${path}\`), or it goes to ${provisioningFolder}.`,
    );
  }
  if (adoption.secrets.length > 0) steps.notes.push(...keepSecrets(tree, service, adoption.secrets));
}

function namesOf(taken: readonly TakenOut[]): string {
  return taken.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}
