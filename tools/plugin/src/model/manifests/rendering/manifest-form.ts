import { closestName } from '../../text/did-you-mean.ts';
import { Refusal } from '../../errors/product-error.ts';
import { manifestFoldersOf } from './manifest-files.ts';

/** How a service's manifests are written, with what is rendered for one environment. Paths are relative to `folder`. */
export type ManifestForm =
  | { readonly kind: 'plain'; readonly folder: string }
  | {
      readonly kind: 'kustomize';
      readonly folder: string;
      /** The folder of the kustomization that is built: `overlays/prod`, or `.`. */
      readonly entry: string;
    }
  | {
      readonly kind: 'helm';
      readonly folder: string;
      /** Files of values, the later ones over the earlier. Those of the chart itself are not among them. */
      readonly values: readonly string[];
      /** True when the chart is in a registry, and `oci.yaml` says which. */
      readonly isRemote: boolean;
    };

/** The service whose form is looked for, and the environment. */
export interface FormQuestion {
  readonly service: string;
  /** The service's folder, relative to the workspace's root. */
  readonly root: string;
  readonly environment: string;
  readonly environmentNames: readonly string[];
}

/** Names of the file that makes a folder one for Kustomize. */
export const kustomizationNames: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** The file that names a chart in a registry. */
export const remoteChartFile = 'oci.yaml';
const chartFile = 'Chart.yaml';

/**
 * Returns how a service's manifests are written: as YAML, for Kustomize, or as a Helm chart.
 * @param paths of its files, relative to the workspace's root. @throws {Refusal} when they are written in two ways at once.
 */
export function manifestForm(paths: Iterable<string>, question: FormQuestion): ManifestForm {
  const { root } = question;
  const [manifests, chart] = manifestFoldersOf(root);
  const all = [...paths];
  const inside = (folder: string) => filesInside(all, folder);
  const charts = [chart, manifests].filter((folder) =>
    [chartFile, remoteChartFile].some((name) => inside(folder).has(name)),
  );
  const isKustomized = kustomizationsIn(inside(manifests)).length > 0;
  const isPlain = [...inside(manifests)].some((path) => /\.ya?ml$/.test(path));
  if (charts.length === 2 || (charts[0] === chart && isPlain))
    throw ambiguous(question, `There is a chart in ${chart}, and there are manifests in ${manifests}.`);
  const [folder] = charts;
  if (folder === undefined)
    return isKustomized
      ? { kind: 'kustomize', folder: manifests, entry: kustomizationFor(inside(manifests), manifests, question) }
      : { kind: 'plain', folder: manifests };
  if (isKustomized) throw ambiguous(question, `${folder} has a chart and a kustomization.`);
  return chartIn(inside(folder), folder, question);
}

function chartIn(files: ReadonlySet<string>, folder: string, question: FormQuestion): ManifestForm {
  const isRemote = files.has(remoteChartFile);
  if (isRemote && files.has(chartFile))
    throw ambiguous(
      question,
      `${folder} has ${chartFile}, a chart of its own, and ${remoteChartFile}, which names another.`,
    );
  const named = [...files].flatMap((path) => {
    const name = /^values[-./]([^/]+)\.ya?ml$/.exec(path)?.[1];
    return name === undefined ? [] : [{ path, name }];
  });
  const own = named.filter(({ name }) => name === question.environment).map(({ path }) => path);
  if (own.length > 1)
    throw ambiguous(question, `Both ${own.join(' and ')} in ${folder} are for ${question.environment}.`);
  if (own.length === 0) refuseMisspelt(named, `${folder} has values`, question);
  // A chart reads its own values by itself.
  const common = isRemote ? ['values.yaml', 'values.yml'].filter((path) => files.has(path)) : [];
  return { kind: 'helm', folder, values: [...common, ...own], isRemote };
}

/** Returns the folder that is built for an environment: its own overlay, else the root, else the base. */
function kustomizationFor(files: ReadonlySet<string>, folder: string, question: FormQuestion): string {
  const entries = kustomizationsIn(files);
  const { environment } = question;
  const own = [`overlays/${environment}`, environment].filter((entry) => entries.includes(entry));
  if (own.length > 1) throw ambiguous(question, `Both ${own.join(' and ')} in ${folder} are for ${environment}.`);
  if (own[0] !== undefined) return own[0];
  const overlays = entries.flatMap((path) => {
    const name = /^overlays\/([^/]+)$/.exec(path)?.[1];
    return name === undefined ? [] : [{ path, name }];
  });
  refuseMisspelt(overlays, `${folder} has overlays`, question);
  const common = ['.', 'base'].find((entry) => entries.includes(entry));
  if (common !== undefined) return common;
  throw new Refusal({
    type: 'bad-kustomization',
    doing: `read the Kubernetes manifests of ${question.service}`,
    reason: `${folder} has kustomizations (${entries.join(', ')}), but none for ${environment}, and none for all.`,
    remedy: `Write ${folder}/overlays/${environment}/kustomization.yaml, or ${folder}/base/kustomization.yaml, which is for every environment without an overlay.`,
  });
}

/** @throws {Refusal} for what is named like no environment, but nearly like this one: it would be left out without a word. */
function refuseMisspelt(
  found: readonly { readonly path: string; readonly name: string }[],
  what: string,
  { service, environment, environmentNames }: FormQuestion,
): void {
  const strangers = found.filter(({ name }) => !environmentNames.includes(name));
  const near = closestName(
    environment,
    strangers.map(({ name }) => name),
  );
  const misspelt = strangers.find(({ name }) => name === near || name.startsWith(environment));
  if (!misspelt) return;
  throw new Refusal({
    type: 'bad-manifest',
    doing: `read the Kubernetes manifests of ${service}`,
    reason: `${what} for "${misspelt.name}" (${misspelt.path}), which is no environment, and none for "${environment}".`,
    remedy: `Name them like the environment: ${misspelt.path.replace(misspelt.name, environment)}.`,
  });
}

/** Returns the folders that have a kustomization. */
function kustomizationsIn(files: ReadonlySet<string>): string[] {
  return [...files].flatMap((path) => {
    const parts = path.split('/');
    const name = parts.pop()!;
    return kustomizationNames.includes(name) ? [parts.join('/') || '.'] : [];
  });
}

function filesInside(paths: readonly string[], folder: string): ReadonlySet<string> {
  return new Set(paths.flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [])));
}

function ambiguous({ service }: FormQuestion, reason: string): Refusal {
  return new Refusal({
    type: 'bad-manifest',
    doing: `read the Kubernetes manifests of ${service}`,
    reason: `${reason} It is not clear which of the two is meant.`,
    remedy: 'Keep one of them (docs/manifests.md).',
  });
}
