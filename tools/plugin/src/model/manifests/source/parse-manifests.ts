import { isScalar, LineCounter, parseAllDocuments, visit, type Document } from 'yaml';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { Refusal } from '../../errors/product-error.ts';
import { firstSentence } from '../../text/sentence.ts';
import { isMap, placedIdentityOf } from './object-fields.ts';
import { isSopsFile, mistakesInEncrypted } from './encrypted-secrets.ts';
import { ManifestSource } from './manifest-source.ts';
import { withoutClusterFields } from './exported-manifest.ts';
import type { Manifest } from './manifest.ts';

/** Nobody writes more by hand; what is longer is a mistake or an attack. */
const longestFile = 1024 * 1024;
const deepestNesting = 60;
/** How often anchors of one document may be used, after being followed through. */
const mostAliases = 100;
/** How many mistakes are told at once: one can be the cause of thousands. */
const mostMistakes = 20;
/** `v1`, `gateway.networking.k8s.io/v1`. */
const versionShape = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[a-z0-9][a-z0-9-]*$/;
const kindShape = /^[A-Za-z][A-Za-z0-9-]*$/;

/** Kinds that belong to no namespace, with what a service may not bring along. */
export const clusterKinds: readonly string[] = [
  'Namespace',
  'Node',
  'PersistentVolume',
  'StorageClass',
  'IngressClass',
  'GatewayClass',
  'PriorityClass',
  'RuntimeClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'APIService',
];

/**
 * Reads manifests.
 * @param texts texts of YAML (or JSON) files by path.
 * @param namespace the environment's own.
 * @param reach whether it is the only one that an object may name; else objects may also belong to the whole cluster.
 * @throws {Refusal} naming file and line of every mistake.
 */
export function parseManifests(
  texts: ReadonlyMap<string, string>,
  namespace: string,
  reach: 'namespace' | 'cluster' = 'namespace',
): Manifest[] {
  const mistakes: string[] = [];
  const manifests: Manifest[] = [];
  for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const found of readFile(path, text))
      if (typeof found === 'string') mistakes.push(found);
      else manifests.push(found);
  }
  if (reach === 'namespace') mistakes.push(...manifests.flatMap((manifest) => whyOutOfReach(manifest, namespace)));
  mistakes.push(...manifests.flatMap((manifest) => secretsIn(manifest, reach)));
  mistakes.push(...findTwins(manifests, namespace));
  if (mistakes.length > 0) throw refusalOf(mistakes);
  return manifests;
}

/** Returns manifests, and mistakes as sentences that begin with `file:line`. */
function readFile(path: string, text: string): (Manifest | string)[] {
  if (text.length > longestFile) return [`${path}: the file is longer than 1 MiB.`];
  const lines = new LineCounter();
  const lineOf = (offset: number) => lines.linePos(offset).line || 1;
  // kubectl reads manifests as YAML 1.1, of which only merge keys and octal numbers are in use: `defaultMode: 0644`.
  const documents = parse(text, lines);
  if (!documents) return [`${path}: it is nested too deeply to be read.`];
  // The first error alone: what comes after it is mostly its consequence.
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) return [notYaml(path, text, lineOf(error.pos[0]), error.message)];
  return documents.flatMap((document): (Manifest | string)[] => {
    const source = new ManifestSource(path, document.contents, lineOf);
    let value: unknown;
    try {
      value = valueOf(document);
    } catch {
      return [`${source}: its anchors (&x) and aliases (*x) expand to too much, or lead nowhere.`];
    }
    if (!isShallow(value)) return [`${source}: it is nested more than ${deepestNesting} levels deep.`];
    return value === null ? [] : objectsIn(value, source);
  });
}

/** Describes what makes a text no YAML. Braces of `${NAME}` are those of a map where nothing quotes them. */
function notYaml(path: string, text: string, line: number, message: string): string {
  const variable = /(?<!["'\w])\$\{\w+\}(?!["'\w])/.exec(text.split('\n')[line - 1] ?? '')?.[0];
  const hint = variable === undefined ? '' : ` Variables inside { } or [ ] need quotes; quote it: "${variable}".`;
  return `${path}:${line}: this is not YAML: ${firstSentence(message)}${hint}`;
}

/** @returns undefined when the text is nested so deeply that the parser runs out of stack. */
function parse(text: string, lineCounter: LineCounter): Document[] | undefined {
  try {
    const documents = parseAllDocuments(text, {
      lineCounter,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys: true,
      merge: true,
    });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function valueOf(document: Document): unknown {
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && node.type === 'PLAIN' && /^0[0-7]+$/.test(node.source ?? ''))
        node.value = Number.parseInt(node.source!, 8);
    },
  });
  // By way of JSON, so that what an alias stands for is a value of its own.
  return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: mostAliases }) ?? null));
}

/** Returns the object, or those of a `List`, or what is wrong. */
function objectsIn(value: unknown, source: ManifestSource): (Manifest | string)[] {
  if (!isMap(value)) return [`${source}: this is not a Kubernetes object: it has no fields.`];
  const { kind, apiVersion, metadata, items } = value;
  if (!isName(kind)) return [`${source}: the object has no "kind".`];
  if (!isName(apiVersion)) return [`${source}: the ${kind} has no "apiVersion".`];
  if (!kindShape.test(kind)) return [`${source}: "${kind.slice(0, 80)}" cannot be the kind of an object.`];
  if (!versionShape.test(apiVersion))
    return [`${source}: the ${kind}'s "apiVersion" cannot be "${apiVersion.slice(0, 80)}".`];
  if (kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item, index) => objectsIn(item, source.item(index)));
  if (!isMap(metadata) || !isName(metadata['name'])) {
    const generated = isMap(metadata) && isName(metadata['generateName']);
    return [
      `${source}: the ${kind} has no "metadata.name"${generated ? '; "generateName" cannot be applied again' : ''}.`,
    ];
  }
  const broken = brokenTexts(metadata, `${kind} ${metadata['name']}`, source);
  return broken.length > 0 ? broken : [{ object: withoutClusterFields(value as KubernetesObject), source }];
}

/** Labels and annotations are texts; YAML reads an unquoted `1.10` or `true` as something else. */
function brokenTexts(metadata: Record<string, unknown>, object: string, source: ManifestSource): string[] {
  return ['labels', 'annotations'].flatMap((field) => {
    const map = metadata[field];
    if (map === undefined || map === null) return [];
    if (!isMap(map)) return [`${source.at(['metadata', field])}: metadata.${field} of ${object} is not a map.`];
    return Object.entries(map)
      .filter(([, value]) => typeof value !== 'string')
      .map(
        ([key, value]) =>
          `${source.at(['metadata', field, key])}: metadata.${field}.${key} of ${object} is ${JSON.stringify(value)}: put quotes around it.`,
      );
  });
}

function whyOutOfReach({ object, source }: Manifest, namespace: string): string[] {
  const named = object.metadata.namespace;
  if (clusterKinds.includes(object.kind))
    return [
      `${source}: ${describeObject(object)} belongs to the whole cluster, not to a service: it is for Infrastructure/kubernetes.`,
    ];
  if (named === undefined || named === null || named === namespace) return [];
  return [
    `${source}: ${describeObject(object)} names the namespace ${JSON.stringify(named)}, but the environment's is "${namespace}": leave it out.`,
  ];
}

/** Returns mistakes; what SOPS encrypted may be in git, where it is decrypted by who provisions. */
function secretsIn({ object, source }: Manifest, reach: 'namespace' | 'cluster'): string[] {
  if (object['sops'] !== undefined) {
    const at = `${source}: ${describeObject(object)}`;
    if (reach === 'namespace')
      return [
        `${at} is encrypted by SOPS: it belongs into Infrastructure/kubernetes, since who deploys may not write Secrets.`,
      ];
    if (!source.isIn(isSopsFile)) return [`${at} is encrypted by SOPS: let its file's name end with ".sops.yaml".`];
    return mistakesInEncrypted(object).map((mistake) => `${at} ${mistake}`);
  }
  if (object.kind !== 'Secret' || (object['data'] === undefined && object['stringData'] === undefined)) return [];
  return [
    `${source}: ${describeObject(object)} holds data. A secret is not kept in git: make it in the cluster (or by an operator), and refer to it by its name.`,
  ];
}

function findTwins(manifests: readonly Manifest[], namespace: string): string[] {
  // An object and its overlay are parsed apart, so what is twice here is a mistake.
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const identity = placedIdentityOf(manifest.object, namespace);
    const twin = seen.get(identity);
    seen.set(identity, manifest);
    return twin ? [`${manifest.source}: ${describeObject(manifest.object)} is already in ${twin.source}.`] : [];
  });
}

/** Reports whether a value is nested no deeper than `levels`. */
function isShallow(value: unknown, levels = deepestNesting): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((field) => isShallow(field, levels - 1));
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function refusalOf(mistakes: readonly string[]): Refusal {
  return new Refusal({
    type: 'bad-manifest',
    doing: 'read the Kubernetes manifests',
    reason: mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} mistakes.`,
    remedy: 'Fix them and run the same command again; nothing was changed.',
    ...(mistakes.length === 1 ? {} : { evidence: [...mistakes.slice(0, mostMistakes), ...further(mistakes.length)] }),
  });
}

function further(count: number): string[] {
  return count > mostMistakes ? [`… and ${count - mostMistakes} more`] : [];
}
