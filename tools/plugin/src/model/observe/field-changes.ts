import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { actorAnnotations, annotation } from '../product/wire-names.ts';
import { isMap } from '../manifests/source/object-fields.ts';
import { scrubValue } from '../secrets/scrub-value.ts';
import { isSecretName } from '../secrets/secret-names.ts';

/** One field that differs. */
export interface FieldChange {
  /** `spec.template.spec.containers[orders].image`; items of a list by their name where they have one. */
  readonly path: string;
  /** In one line; undefined where the field is not there. Secrets are masked. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Characters of a value that are shown. */
const longestValue = 160;
/** Fields that the cluster keeps about an object, or about its last writer: no change of the object. */
const bookkeeping: readonly (readonly string[])[] = [
  ['status'],
  ...['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'namespace'].map((key) => [
    'metadata',
    key,
  ]),
  ...[
    ...actorAnnotations,
    annotation.created,
    'deployment.kubernetes.io/revision',
    'kubectl.kubernetes.io/last-applied-configuration',
  ].map((key) => ['metadata', 'annotations', key]),
  // What the CronJob's own annotations say already.
  ...[annotation.buildNumber, annotation.commit].map((key) => ['spec', 'jobTemplate', 'metadata', 'annotations', key]),
];
/** Fields whose names speak of secrets without holding one: they say where it is, or how long it lasts. */
const aboutSecrets = /(Name|Names|Ref|Refs|Path|Key|Seconds|Policy|Type|Id|Version)$/;
/** Characters that are shown before the first one that differs. */
const contextBefore = 40;

/** Which fields differ between an object and what it would become, in the order of their paths. Secrets are masked. */
export function fieldChanges(from: KubernetesObject, to: KubernetesObject): FieldChange[] {
  const [before, after] = [leavesOf(from), leavesOf(to)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was?.text === is?.text) return [];
    if (was?.isSecret || is?.isSecret) return [{ path, from: was && '***', to: is && (was ? '*** (another)' : '***') }];
    return [{ path, ...shownPair(was?.shown, is?.shown) }];
  });
}

interface Leaf {
  /** The value as JSON. */
  readonly text: string;
  /** The same without secrets in it. */
  readonly shown: string;
  readonly isSecret: boolean;
}

function leavesOf(object: KubernetesObject): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (value: unknown, keys: readonly string[], path: string, owner?: unknown) => {
    if (value === undefined || bookkeeping.some((known) => known.join('\0') === keys.join('\0'))) return;
    if (isMap(value) && Object.keys(value).length > 0) {
      for (const key of Object.keys(value))
        visit(value[key], [...keys, key], path === '' ? key : `${path}.${key}`, value);
    } else if (Array.isArray(value) && value.some((item) => isMap(item))) {
      value.forEach((item: unknown, index) => {
        const name = nameOf(item, value) ?? String(index);
        visit(item, [...keys, name], `${path}[${name}]`);
      });
    } else {
      const text = JSON.stringify(value);
      leaves.set(path, {
        text,
        shown: JSON.stringify(scrubValue(value)),
        isSecret: isSecretAt(object, keys, owner),
      });
    }
  };
  visit(object, [], '');
  return leaves;
}

/** Returns the field that identifies an item of a list, or undefined. */
function nameOf(item: unknown, list: readonly unknown[]): string | undefined {
  for (const key of ['name', 'mountPath', 'containerPort', 'key']) {
    const names = list.map((each) => (isMap(each) ? each[key] : undefined));
    if (names.every((name) => name !== undefined) && new Set(names).size === names.length)
      return String((item as Record<string, unknown>)[key]);
  }
  return undefined;
}

/**
 * A field's value in one line, as differences show it: secrets are masked, also deep in it.
 * @param keys its path, items of a list by name.
 * @param owner the map that the value is in.
 */
export function shownValue(
  object: Pick<KubernetesObject, 'kind'>,
  keys: readonly string[],
  value: unknown,
  owner: unknown,
): string {
  const masked = (each: unknown, at: readonly string[], of: unknown): unknown => {
    if (isMap(each))
      return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, masked(inner, [...at, key], each)]));
    if (Array.isArray(each) && each.some((item) => isMap(item)))
      return each.map((item: unknown, index) => masked(item, [...at, String(index)], undefined));
    return isSecretAt(object, at, of) ? '***' : scrubValue(each);
  };
  return cut(JSON.stringify(masked(value, keys, owner)));
}

/** @param owner the map that the value is in. */
function isSecretAt({ kind }: Pick<KubernetesObject, 'kind'>, keys: readonly string[], owner: unknown): boolean {
  const key = keys.at(-1) ?? '';
  const isData = keys[0] === 'data' || keys[0] === 'stringData' || keys[0] === 'binaryData';
  if (kind === 'Secret' && isData) return true;
  const isAnnotation = keys[0] === 'metadata' && keys[1] === 'annotations';
  if (isData || isAnnotation) return isSecretName(key);
  // Variables, headers, parameters: named by their neighbour.
  if (key === 'value' && isMap(owner) && typeof owner['name'] === 'string') return isSecretName(owner['name']);
  const isText = isMap(owner) && typeof owner[key] === 'string';
  return isText && key !== 'key' && isSecretName(key) && !aboutSecrets.test(key);
}

/** Both from a little before where they differ. */
function shownPair(from: string | undefined, to: string | undefined): Pick<FieldChange, 'from' | 'to'> {
  if (from === undefined || to === undefined) return { from: from && cut(from), to: to && cut(to) };
  if (from === to) return { from: cut(from), to: `${cut(to)} (another)` };
  if (from.length <= longestValue && to.length <= longestValue) return { from, to };
  let same = 0;
  while (from[same] === to[same]) same++;
  const start = same > contextBefore * 2 ? same - contextBefore : 0;
  const [was, is] = [from, to].map((text) => cut(`${start > 0 ? '…' : ''}${text.slice(start)}`));
  return { from: was, to: is };
}

function cut(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
}

/** `spec.replicas: 2 → 3`. */
export function describeFieldChange({ path, from, to }: FieldChange): string {
  return `${path}: ${from ?? '(none)'} → ${to ?? '(none)'}`;
}
