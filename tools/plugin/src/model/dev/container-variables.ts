import { describeObject, type KubernetesObject } from '../manifests/kubernetes-object.ts';
import { podTemplateOf, serviceContainerOf } from '../manifests/rules/pod-templates.ts';
import { fieldAt, isMap, listAt } from '../manifests/source/object-fields.ts';

/** Where a variable's value is kept. */
export interface ValueSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** All keys when omitted. */
  readonly key?: string;
}

/** A variable of a container, as its manifest declares it. */
export type VariableDeclaration =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly from: ValueSource; readonly isOptional: boolean }
  /** All keys of an object, each as a variable. */
  | { readonly prefix: string; readonly from: ValueSource; readonly isOptional: boolean };

/** Values that are kept in an object, by key; undefined when it cannot be read. */
export type Lookup = (source: ValueSource) => Readonly<Record<string, string>> | undefined;

/** A variable whose value is not known. */
export interface MissingVariable {
  /** Undefined when all keys of the object are variables. */
  readonly name: string | undefined;
  readonly from: ValueSource;
}

/** Returns the variables that a service's container gets, in the order in which later ones win. */
export function declaredVariables(objects: readonly KubernetesObject[], service: string): VariableDeclaration[] {
  const workload = objects.find((object) => serviceContainerOf(object, service));
  if (!workload) return [];
  const container = serviceContainerOf(workload, service);
  const pod = podTemplateOf(workload);
  return [
    ...listAt(container, 'envFrom').flatMap(ofWholeObject),
    ...listAt(container, 'env').flatMap((entry) => ofEntry(entry, pod)),
  ];
}

/** Returns the objects that keep values of variables, each once. */
export function sourcesOf(declarations: readonly VariableDeclaration[]): ValueSource[] {
  const sources = declarations.flatMap((declaration) => ('from' in declaration ? [declaration.from] : []));
  return [...new Map(sources.map(({ kind, name }) => [`${kind} ${name}`, { kind, name }])).values()];
}

/** Returns the ConfigMaps among rendered manifests, as a place to look values up in. */
export function configMapsOf(objects: readonly KubernetesObject[]): Lookup {
  const known = new Map(objects.map((object) => [describeObject(object), fieldAt(object, 'data')]));
  return ({ kind, name }) => {
    const data = known.get(`${kind} ${name}`);
    return kind === 'ConfigMap' && isMap(data) ? (data as Record<string, string>) : undefined;
  };
}

/** Returns the values of variables, as a kubelet would find them, and those that it would not find. */
export function resolveVariables(
  declarations: readonly VariableDeclaration[],
  lookup: Lookup,
): { readonly variables: Record<string, string>; readonly missing: MissingVariable[] } {
  const variables: Record<string, string> = {};
  const missing: MissingVariable[] = [];
  for (const declaration of declarations) {
    if ('value' in declaration) {
      variables[declaration.name] = expand(declaration.value, variables);
      continue;
    }
    const { from, isOptional } = declaration;
    const data = lookup(from);
    const name = 'name' in declaration ? declaration.name : undefined;
    if (data && name === undefined && 'prefix' in declaration)
      for (const [key, value] of Object.entries(data)) variables[`${declaration.prefix}${key}`] = value;
    else if (data && name !== undefined && Object.hasOwn(data, from.key ?? '')) variables[name] = data[from.key ?? '']!;
    else if (!isOptional) missing.push({ name, from });
  }
  return { variables, missing };
}

function ofWholeObject(entry: Record<string, unknown>): VariableDeclaration[] {
  const prefix = typeof entry['prefix'] === 'string' ? entry['prefix'] : '';
  return (['ConfigMap', 'Secret'] as const).flatMap((kind) => {
    const reference = entry[kind === 'ConfigMap' ? 'configMapRef' : 'secretRef'];
    const name = fieldAt(reference, 'name');
    if (typeof name !== 'string') return [];
    return [{ prefix, from: { kind, name }, isOptional: fieldAt(reference, 'optional') === true }];
  });
}

function ofEntry(entry: Record<string, unknown>, pod: unknown): VariableDeclaration[] {
  const { name, value, valueFrom } = entry;
  if (typeof name !== 'string') return [];
  if (valueFrom === undefined) return [{ name, value: typeof value === 'string' ? value : '' }];
  for (const kind of ['ConfigMap', 'Secret'] as const) {
    const reference = fieldAt(valueFrom, kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef');
    const [object, key] = [fieldAt(reference, 'name'), fieldAt(reference, 'key')];
    if (typeof object !== 'string' || typeof key !== 'string') continue;
    return [{ name, from: { kind, name: object, key }, isOptional: fieldAt(reference, 'optional') === true }];
  }
  const path = fieldAt(valueFrom, 'fieldRef', 'fieldPath');
  const field = typeof path === 'string' ? podField(path, pod) : undefined;
  return field === undefined ? [] : [{ name, value: field }];
}

/** Returns what a field of the pod is here: there is no pod, but a service may want to know its own address and name. */
function podField(path: string, pod: unknown): string | undefined {
  if (path === 'status.podIP' || path === 'status.hostIP') return '127.0.0.1';
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path) ?? [];
  if (map === undefined) return undefined;
  const value = fieldAt(pod, 'metadata', map, key!);
  return typeof value === 'string' ? value : undefined;
}

/** `$(NAME)` of a variable before it, as a kubelet expands it; `$$(NAME)` stands for the text. */
function expand(value: string, known: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$)?\(([^()]*)\)/g, (text: string, escaped: string | undefined, name: string) =>
    escaped ? text.slice(1) : Object.hasOwn(known, name) ? known[name]! : text,
  );
}
