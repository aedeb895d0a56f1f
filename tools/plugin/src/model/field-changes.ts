import type { KubernetesObject } from './kubernetes-object.ts';
import { actorAnnotations, annotation } from './manifests/labels.ts';
import { isMap } from './manifests/manifest.ts';

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
/** What the cluster keeps about an object, or who wrote it last: no change of the object. */
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
];
const secretName = /PASSW(OR)?D|TOKEN|SECRET|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(^|[_.-])KEY$/i;

/** Which fields differ between an object and what it would become, in the order of their paths. Secrets are masked. */
export function fieldChanges(from: KubernetesObject, to: KubernetesObject): FieldChange[] {
  const [before, after] = [leavesOf(from), leavesOf(to)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was?.text === is?.text) return [];
    const isSecret = (was ?? is)!.isSecret || (is ?? was)!.isSecret;
    const show = (leaf: Leaf | undefined, mask: string) => leaf && (isSecret ? mask : shown(leaf.text));
    return [{ path, from: show(was, '***'), to: show(is, was ? '*** (another)' : '***') }];
  });
}

interface Leaf {
  readonly text: string;
  readonly isSecret: boolean;
}

function leavesOf(object: KubernetesObject): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (value: unknown, keys: readonly string[], path: string) => {
    if (value === undefined || bookkeeping.some((known) => known.join('\0') === keys.join('\0'))) return;
    if (isMap(value) && Object.keys(value).length > 0) {
      for (const key of Object.keys(value)) visit(value[key], [...keys, key], path === '' ? key : `${path}.${key}`);
    } else if (Array.isArray(value) && value.some((item) => isMap(item))) {
      value.forEach((item: unknown, index) => {
        const name = nameOf(item, value) ?? String(index);
        visit(item, [...keys, name], `${path}[${name}]`);
      });
    } else {
      leaves.set(path, { text: JSON.stringify(value), isSecret: isSecretAt(object, keys) });
    }
  };
  visit(object, [], '');
  return leaves;
}

/** What tells an item of a list from the others, if anything does. */
function nameOf(item: unknown, list: readonly unknown[]): string | undefined {
  for (const key of ['name', 'mountPath', 'containerPort', 'key']) {
    const names = list.map((each) => (isMap(each) ? each[key] : undefined));
    if (names.every((name) => name !== undefined) && new Set(names).size === names.length)
      return String((item as Record<string, unknown>)[key]);
  }
  return undefined;
}

/** A field's value in one line, as differences show it. @param keys its path; items of a list in brackets or without. */
export function shownValue(object: Pick<KubernetesObject, 'kind'>, keys: readonly string[], value: unknown): string {
  const names = keys.map((key) => key.replace(/^\[(.*)\]$/, '$1'));
  return isSecretAt(object, names) ? '***' : shown(JSON.stringify(value));
}

function isSecretAt({ kind }: Pick<KubernetesObject, 'kind'>, keys: readonly string[]): boolean {
  const isData = keys[0] === 'data' || keys[0] === 'stringData' || keys[0] === 'binaryData';
  if (kind === 'Secret' && isData) return true;
  if (isData) return secretName.test(keys.at(-1) ?? '');
  const variable = keys.lastIndexOf('env');
  return variable !== -1 && keys.at(-1) === 'value' && secretName.test(keys[variable + 1] ?? '');
}

/** A password in an address is masked as well. */
function shown(text: string): string {
  const masked = text.replaceAll(/(:\/\/[^/\s:@"]*:)[^@/\s"]+@/g, '$1***@');
  return masked.length > longestValue ? `${masked.slice(0, longestValue - 1)}…` : masked;
}

/** `spec.replicas: 2 → 3`. */
export function describeFieldChange({ path, from, to }: FieldChange): string {
  return `${path}: ${from ?? '(none)'} → ${to ?? '(none)'}`;
}
