import type { Environment } from '../../model/environment/environment.ts';
import { isManifestFile, manifestFoldersOf } from '../../model/manifests/rendering/manifest-files.ts';
import { manifestForm, remoteChartFile, type ManifestForm } from '../../model/manifests/rendering/manifest-form.ts';
import { refuseForeignReferences } from '../../model/manifests/rendering/kustomization.ts';
import { parseRemoteChart } from '../../model/manifests/rendering/remote-chart.ts';
import { renderedTexts } from '../../model/manifests/rendering/rendered-texts.ts';
import { jobsFolder } from '../../model/manifests/release-jobs.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { RenderedFiles } from '../../ports/manifest-renderer.ts';
import type { FilesSource } from '../../ports/repository/source-files.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/** The service whose manifests are read, and for which environment. */
export interface ManifestsTarget {
  readonly service: Pick<ServiceSource, 'name' | 'root'>;
  readonly environment: Pick<Environment, 'name' | 'namespace'>;
  /** Names of all environments: a file that is named like one is that one's. */
  readonly environmentNames: readonly string[];
}

/** Manifests as texts, wherever they come from. */
export interface ReadManifests {
  readonly form: ManifestForm['kind'];
  /** Where they are written. */
  readonly folder: string;
  /** By path; of what was rendered, with what it was made of in the path. */
  readonly texts: ReadonlyMap<string, string>;
  /** The program that rendered them, with its version: `helm 4.3.0`. */
  readonly renderedBy?: string;
}

/** Ports by which manifests are read. */
export interface ManifestPorts extends Pick<ReleasePorts, 'renderer' | 'charts'> {
  readonly repository: Pick<ReleasePorts['repository'], 'contents'>;
}

/**
 * Reads a service's manifests for an environment, of a commit or as they lie on the disk: as they are written, or as
 * Kustomize or Helm renders them. @throws {Refusal} for what cannot be rendered.
 */
export async function readManifests(
  source: FilesSource,
  target: ManifestsTarget,
  ports: ManifestPorts,
): Promise<ReadManifests> {
  const { service, environment, environmentNames } = target;
  const files = await manifestFiles(source, service, ports);
  const question = { service: service.name, root: service.root, environment: environment.name, environmentNames };
  const form = manifestForm(files.keys(), question);
  const { kind, folder } = form;
  const inside = below(files, folder);
  if (form.kind === 'plain') return { form: kind, folder, texts: texts(inside, folder) };
  if (form.kind === 'kustomize') {
    const { entry } = form;
    refuseForeignReferences(texts(inside), { entry, folder, service: service.name });
    const { text, by } = await ports.renderer.kustomize({ files: inside, entry, folder });
    const place = entry === '.' ? 'kustomization.yaml' : `${entry}/kustomization.yaml`;
    const jobs = [...texts(inside, folder)].filter(([path]) => path.startsWith(`${folder}/${jobsFolder}/`));
    const rendered = renderedTexts(text, folder, place);
    return { form: kind, folder, texts: new Map([...rendered, ...jobs]), renderedBy: by };
  }
  const chart = form.isRemote ? await withArchive(inside, folder, ports) : { files: inside, chart: '.' };
  const { text, by } = await ports.renderer.helm({
    ...chart,
    ...{ values: form.values, release: service.name, namespace: environment.namespace, folder },
  });
  return { form: kind, folder, texts: renderedTexts(text, folder, 'templates/unknown.yaml'), renderedBy: by };
}

/** Name of the archive of a chart that is not the service's own. */
const archiveFile = 'chart.tgz';

async function withArchive(files: RenderedFiles, folder: string, { charts }: Pick<ManifestPorts, 'charts'>) {
  const named = parseRemoteChart(texts(files).get(remoteChartFile)!, `${folder}/${remoteChartFile}`);
  return { files: new Map([...files, [archiveFile, await charts.archive(named)]]), chart: archiveFile };
}

async function manifestFiles(
  source: FilesSource,
  { root }: Pick<ServiceSource, 'root'>,
  { repository }: ManifestPorts,
): Promise<RenderedFiles> {
  const found = await repository.contents(source, [...manifestFoldersOf(root)]);
  return new Map([...found].filter(([path]) => isManifestFile(root, path)));
}

/** Returns the files below a folder, by their paths in it. */
function below(files: RenderedFiles, folder: string): RenderedFiles {
  return new Map(
    [...files].flatMap(([path, content]): [string, Uint8Array][] =>
      path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), content]] : [],
    ),
  );
}

/** Returns those that are texts: git takes what has a NUL for binary. */
function texts(files: RenderedFiles, folder?: string): ReadonlyMap<string, string> {
  return new Map(
    [...files]
      .filter(([, content]) => !content.subarray(0, 8000).includes(0))
      .map(([path, content]) => [folder === undefined ? path : `${folder}/${path}`, Buffer.from(content).toString()]),
  );
}
