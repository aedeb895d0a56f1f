import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { basename, dirname, posix } from 'node:path';
import type { AdoptionRequest } from '../../../model/adoption/adopt-manifests.ts';
import { adoptRendered, type RenderedAdoption } from '../../../model/adoption/adopt-rendered.ts';
import type { Left, Mended } from '../../../model/adoption/adoption.ts';
import { chartEdits } from '../../../model/adoption/chart-edits.ts';
import { patchKustomization } from '../../../model/adoption/patch-kustomization.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { manifestFoldersOf } from '../../../model/manifests/rendering/manifest-files.ts';
import { kustomizationNames, manifestForm } from '../../../model/manifests/rendering/manifest-form.ts';
import { readManifests, type ManifestPorts, type ReadManifests } from '../../../use-cases/revision/read-manifests.ts';
import { yamlTexts } from './find-manifests.ts';

/** Programs that render, and where charts are fetched. */
export type Renderers = Pick<ManifestPorts, 'renderer' | 'charts'>;

/** A service whose manifests are rendered. */
export interface RenderedService extends Omit<AdoptionRequest, 'texts' | 'folder'> {
  /** Its folder. */
  readonly root: string;
}

/** The things found and mended. */
interface Found {
  readonly mended: readonly Mended[];
  readonly left: readonly Left[];
}

type AdoptedEnvironment = AdoptionRequest['environments'][number];

/** Returns how a service's manifests are written, as far as that is known from its files. */
export function isRendered(tree: Tree, root: string): boolean {
  const paths = manifestFoldersOf(root).flatMap((folder) => [...contentsOf(tree, folder).keys()]);
  return paths.some((path) => [...kustomizationNames, 'Chart.yaml', 'oci.yaml'].includes(basename(path)));
}

/**
 * Finds what a release would refuse of what Kustomize or Helm renders, environment by environment. A kustomization gets
 * patches, in the folder that is built for the environment; of a chart, the edits are said.
 */
export async function adoptRenderedService(tree: Tree, service: RenderedService, renderers: Renderers): Promise<Found> {
  const mended: Mended[] = [];
  const left = new Map<string, Left>();
  for (const environment of service.environments) {
    try {
      const found = await adoptIn(tree, service, environment, renderers);
      mended.push(...found.mended);
      for (const each of found.left) left.set(each.finding, each);
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      const { reason, evidence = [reason], remedy } = error.facts;
      for (const finding of evidence) left.set(finding, { finding, hint: remedy });
    }
  }
  return { mended, left: [...left.values()] };
}

async function adoptIn(
  tree: Tree,
  service: RenderedService,
  environment: AdoptedEnvironment,
  renderers: Renderers,
): Promise<Found> {
  const read = await render(tree, service, environment, renderers);
  const found = adopt(service, environment, read);
  if (found.mended.length === 0) return found;
  return read.form === 'helm'
    ? { mended: [], left: [...found.left, ...inChart(tree, read, found)] }
    : patched(tree, { service, environment, renderers }, found);
}

function render(
  tree: Tree,
  { service, root, environments }: RenderedService,
  environment: AdoptedEnvironment,
  renderers: Renderers,
): Promise<ReadManifests> {
  const environmentNames = environments.map(({ name }) => name);
  const contents = (_: unknown, folders: readonly string[]) =>
    Promise.resolve(new Map(folders.flatMap((folder) => [...contentsOf(tree, folder)])));
  const target = { service: { name: service, root }, environment, environmentNames };
  return readManifests('working-tree', target, { ...renderers, repository: { contents } });
}

function adopt(service: RenderedService, environment: AdoptedEnvironment, read: ReadManifests): RenderedAdoption {
  const { form, folder } = read;
  const texts = new Map([...read.texts].filter(([path]) => /\.ya?ml$/.test(path)));
  return adoptRendered({ ...service, environments: [environment], form, folder, texts }, folder);
}

function inChart(tree: Tree, { folder }: ReadManifests, found: RenderedAdoption): Left[] {
  const edits = chartEdits(yamlTexts(tree, folder), folder, found);
  const hint = ['Templates are not changed here. Edit:', ...edits.map((line) => `      ${line}`)].join('\n');
  return found.mended.map(({ finding }) => ({ finding, hint }));
}

/** Writes patches; takes them back where they do not do what they are for. */
async function patched(
  tree: Tree,
  {
    service,
    environment,
    renderers,
  }: {
    readonly service: RenderedService;
    readonly environment: AdoptedEnvironment;
    readonly renderers: Renderers;
  },
  found: RenderedAdoption,
): Promise<Found> {
  const { root } = service;
  const [folder] = manifestFoldersOf(root);
  const question = { service: service.service, root, environment: environment.name };
  const environmentNames = service.environments.map(({ name }) => name);
  const form = manifestForm(contentsOf(tree, folder).keys(), { ...question, environmentNames });
  const place = form.kind === 'kustomize' ? posix.join(folder, form.entry) : folder;
  const inside = [...yamlTexts(tree, place)].filter(([path]) => dirname(path) === place);
  const texts = new Map(inside.map(([path, text]) => [basename(path), text]));
  const file = kustomizationNames.find((name) => tree.exists(`${place}/${name}`))!;
  const known = new Map([...texts, [file, tree.read(`${place}/${file}`, 'utf8') ?? '']]);
  const written = patchKustomization(known, file, found);
  for (const [name, text] of written) tree.write(`${place}/${name}`, text);
  const again = adopt(service, environment, await render(tree, service, environment, renderers));
  const open = new Set(again.mended.map(({ finding }) => finding.replace(/:\d+:/, ':')));
  const isOpen = ({ finding }: Mended) => open.has(finding.replace(/:\d+:/, ':'));
  const hint = `The kustomization ${place}/${file} sets it after its patches: change it there.`;
  return {
    mended: found.mended
      .filter((each) => !isOpen(each))
      .map(({ finding, edit }) => ({
        finding,
        edit:
          edit.endsWith(' added') && edit.includes('/')
            ? edit.replace(folder, place)
            : `${edit}, by a patch in ${place}`,
      })),
    left: [...again.left, ...again.mended.map(({ finding }) => ({ finding, hint }))],
  };
}

function contentsOf(tree: Tree, folder: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  if (!tree.exists(folder)) return found;
  visitNotIgnoredFiles(tree, folder, (path) => {
    if (!/\.md$/i.test(path)) found.set(path.replaceAll('\\', '/'), tree.read(path) ?? Buffer.alloc(0));
  });
  return found;
}
