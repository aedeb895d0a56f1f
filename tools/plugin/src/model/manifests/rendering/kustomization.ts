import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { Refusal } from '../../errors/product-error.ts';
import { isMap } from '../source/object-fields.ts';
import { kustomizationNames } from './manifest-form.ts';

/** Fields that list files or folders. */
const pathLists = [
  ...['resources', 'bases', 'components', 'generators', 'transformers', 'validators'],
  ...['crds', 'configurations', 'patchesStrategicMerge'],
];
/** Fields that list maps, and the fields of these that name a file. */
const pathFields: Readonly<Record<string, string>> = { patches: 'path', patchesJson6902: 'path', replacements: 'path' };
const generatorFields = ['configMapGenerator', 'secretGenerator'];
/** Fields that make Kustomize fetch a chart, and run helm. */
const chartFields = ['helmCharts', 'helmChartInflationGenerator', 'helmGlobals'];

/**
 * Checks that a kustomization, and those that it is made of, name nothing but files that are there: what is fetched
 * from somewhere is neither content of the service nor the same tomorrow.
 * @param files texts below the folder, by path. @param entry the folder that is built.
 * @throws {Refusal} naming every file and field.
 */
export function refuseForeignReferences(
  files: ReadonlyMap<string, string>,
  { entry, folder, service }: { readonly entry: string; readonly folder: string; readonly service: string },
): void {
  const mistakes: string[] = [];
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  const entries = new Set([entry]);
  for (const each of entries) {
    const file = kustomizationNames.map((name) => posix.join(each, name)).find((path) => files.has(path));
    if (file === undefined) {
      mistakes.push(`${folder}/${each} has no kustomization, and one elsewhere names it.`);
      continue;
    }
    for (const { field, written } of referencesIn(files.get(file)!)) {
      const path = posix.normalize(posix.join(each, written));
      const why = chartFields.includes(field) ? chartInside : whyForeign(written, path, files, folder);
      if (why !== undefined)
        mistakes.push(`${folder}/${file}: ${field}${written === '' ? '' : `: "${written}"`} ${why}`);
      else if (!files.has(path)) entries.add(path.replace(/\/$/, '') || '.');
    }
  }
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'bad-kustomization',
    doing: `read the Kubernetes manifests of ${service}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} references lead out of ${folder}.`,
    remedy: `Copy what is meant into ${folder} and commit it: a release is made of what its commit holds.`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}

const chartInside = 'has Kustomize fetch a chart and run helm: put the chart into chart/ instead (docs/manifests.md).';

function whyForeign(
  written: string,
  path: string,
  files: ReadonlyMap<string, string>,
  folder: string,
): string | undefined {
  if (files.has(path) || isFolder(path, files)) return undefined;
  if (isRemote(written)) return 'is fetched from elsewhere.';
  if (posix.isAbsolute(written) || path.startsWith('..')) return `lies outside of ${folder}.`;
  return /\.md$/i.test(path) ? 'is Markdown, which is no content of a service.' : 'is not there.';
}

function isFolder(path: string, files: ReadonlyMap<string, string>): boolean {
  const folder = path.replace(/\/$/, '');
  return folder === '.' || [...files.keys()].some((file) => file.startsWith(`${folder}/`));
}

/** Addresses as Kustomize takes them: of http and git, and those of hosts without a scheme. */
function isRemote(written: string): boolean {
  return /:\/\/|^[\w.-]+@[\w.-]+:|^[\w-]+(\.[\w-]+)*\.(com|org|net|io|dev)[/:]|[?&]ref=|^\w+::/.test(written);
}

/** Returns the paths that a kustomization names, with their fields. What is no YAML is for Kustomize to tell. */
function referencesIn(text: string): { readonly field: string; readonly written: string }[] {
  const value: unknown = readYaml(text);
  if (!isMap(value)) return [];
  const named = (field: string, paths: readonly unknown[]) =>
    // Several lines are what is meant itself.
    paths
      .filter((path) => typeof path === 'string' && !path.includes('\n'))
      .map((path) => ({ field, written: path as string }));
  const lists = pathLists.flatMap((field) => named(field, listOf(value[field])));
  const maps = Object.entries(pathFields).flatMap(([field, key]) =>
    named(
      field,
      listOf(value[field]).map((each) => (isMap(each) ? each[key] : undefined)),
    ),
  );
  const generated = generatorFields.flatMap((field) =>
    listOf(value[field]).flatMap((each) => {
      if (!isMap(each)) return [];
      const sources = listOf(each['files']).map((file) =>
        typeof file === 'string' ? file.replace(/^[^=]*=/, '') : file,
      );
      return named(field, [...sources, ...listOf(each['envs']), each['env']]);
    }),
  );
  const openapi = isMap(value['openapi']) ? named('openapi', [value['openapi']['path']]) : [];
  const charts = chartFields.filter((field) => field in value).map((field) => ({ field, written: '' }));
  return [...lists, ...maps, ...generated, ...openapi, ...charts];
}

function readYaml(text: string): unknown {
  try {
    return parseDocument(text, { logLevel: 'error' }).toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
