import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldManager } from '../../../model/product/wire-names.ts';
import { isDeployer, upgradedManagers } from '../../../model/manifests/rules/ownership.ts';
import { fieldAt, isMap } from '../../../model/manifests/source/object-fields.ts';

/** Fields as `fieldsV1` has them. */
type Fields = Readonly<Record<string, unknown>>;

/** An object's fields by manager, as the API server keeps them. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** The fields of an entry as the server writes them, JSON. Lists in protocol buffers have them as that. */
export function fieldsText({ fieldsV1 = {} }: ManagedFields): string | Uint8Array {
  const { Raw: raw } = fieldsV1;
  return raw instanceof Uint8Array ? raw : JSON.stringify(fieldsV1);
}

/** The fields of an entry. */
export function fieldsOf({ fieldsV1 = {} }: ManagedFields): Readonly<Record<string, unknown>> {
  const { Raw: raw } = fieldsV1;
  return raw instanceof Uint8Array ? (JSON.parse(Buffer.from(raw).toString()) as Record<string, unknown>) : fieldsV1;
}

/** Reports whether all that an entry owns of an object becomes this tool's. */
export type IsUpgraded = (entry: ManagedFields, live: KubernetesObject) => boolean;

/** The way to a field in `fieldsV1`: `f:spec`, `f:ports`, `k:{"port":80,"protocol":"TCP"}`. */
export type FieldSteps = readonly string[];

/**
 * Returns the fields' managers with parts of others given to this tool, or undefined when there are none of them.
 * @param displaced fields that become this tool's, whoever has them.
 */
export function upgradeManagedFields(
  live: KubernetesObject,
  now: Date,
  isUpgraded: IsUpgraded = isKubectls,
  displaced: readonly FieldSteps[] = [],
): ManagedFields[] | undefined {
  const taken: Fields[] = [];
  const kept = managedFieldsOf(live).flatMap((entry) => {
    if (isOurs(entry)) return [];
    if (isUpgraded(entry, live)) {
      taken.push(fieldsOf(entry));
      return [];
    }
    const parts = displaced.filter((steps) => entry.subresource === undefined && hasSteps(entry, steps));
    if (parts.length === 0) return [entry];
    const rest = structuredClone(fieldsOf(entry));
    for (const steps of parts) taken.push(moveOut(rest, steps));
    return [{ ...entry, fieldsV1: rest }];
  });
  if (taken.length === 0) return undefined;
  const ours = managedFieldsOf(live).filter(isOurs).map(fieldsOf);
  const fold: ManagedFields = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    fieldsType: 'FieldsV1',
    fieldsV1: [...ours, ...taken].reduce(union),
  };
  return [...kept, fold];
}

/** Reports whether an entry is kubectl's, of an object that belongs to a service: what it owns becomes this tool's. */
export const isKubectls: IsUpgraded = (entry, live) =>
  isUpgradable(entry, live) && upgradedManagers.includes(entry.manager ?? '');

/** Reports whether an entry is of someone who deployed an object that is adopted: Helm, Argo CD, Terraform, kubectl. */
export const isDeployers: IsUpgraded = (entry, live) =>
  isKubectls(entry, live) ||
  (isUpgradable(entry, live) && !isOurs(entry) && (isDeployer(entry.manager ?? '') || wroteItWhole(entry)));

function isUpgradable({ subresource, apiVersion }: ManagedFields, { apiVersion: version, kind }: KubernetesObject) {
  // A claim cannot be changed once it is made: what its manifest left to the cluster must stay.
  return subresource === undefined && apiVersion === version && kind !== 'PersistentVolumeClaim';
}

/** Reports whether an entry has what only the one writes who makes an object: tools have many names. */
function wroteItWhole(entry: ManagedFields): boolean {
  const fields = fieldsOf(entry);
  const spec = fields['f:spec'];
  return (
    (isMap(spec) && ('f:selector' in spec || 'f:jobTemplate' in spec)) || fieldAt(fields, 'f:data', '.') !== undefined
  );
}

function hasSteps(entry: ManagedFields, steps: FieldSteps): boolean {
  return fieldAt(fieldsOf(entry), ...steps) !== undefined;
}

/** Takes a field out of others. @returns it alone. */
function moveOut(fields: Record<string, unknown>, steps: FieldSteps): Fields {
  const owner = fieldAt(fields, ...steps.slice(0, -1)) as Record<string, unknown>;
  const last = steps.at(-1)!;
  const moved = owner[last];
  delete owner[last];
  return steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), moved) as Fields;
}

/** Reports whether replicas of a workload would fall to the default if they were not sent any more. */
export function ownsReplicas(entries: readonly ManagedFields[]): boolean {
  return entries.some((entry) => isOurs(entry) && fieldAt(entry.fieldsV1, 'f:spec', 'f:replicas') !== undefined);
}

/**
 * Reports whether an autoscaler sets the replicas of a workload, be it Kubernetes' own, KEDA or another: it does so by the
 * subresource. So does `kubectl scale`, which is a person's.
 */
export function isAutoscaled(live: KubernetesObject): boolean {
  return managedFieldsOf(live).some(
    (entry) =>
      entry.subresource === 'scale' &&
      !/^kubectl/.test(entry.manager ?? '') &&
      fieldAt(fieldsOf(entry), 'f:spec', 'f:replicas') !== undefined,
  );
}

/** Returns an object's fields by manager. */
export function managedFieldsOf(object: KubernetesObject): ManagedFields[] {
  const entries = object.metadata['managedFields'];
  return Array.isArray(entries) ? (entries as ManagedFields[]) : [];
}

/** Reports whether an entry belongs to objects that a manager applied. */
export function isAppliedBy(name: string): (entry: ManagedFields) => boolean {
  return ({ manager, operation, subresource }) => manager === name && operation === 'Apply' && !subresource;
}

/** Reports whether an entry tells what this tool applied for a service. */
export const isOurs = isAppliedBy(fieldManager);

function union(a: Fields, b: Fields): Record<string, unknown> {
  const all: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const own = all[key];
    all[key] = isMap(own) && isMap(value) ? union(own, value) : value;
  }
  return all;
}
