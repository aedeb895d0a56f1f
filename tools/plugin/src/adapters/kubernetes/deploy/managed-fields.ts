import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldManager } from '../../../model/manifests/labels.ts';
import { upgradedManagers } from '../../../model/manifests/rules/ownership.ts';
import { fieldAt, isMap } from '../../../model/manifests/source/object-fields.ts';

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

/** The manager to whom replicas are handed before they are left to an autoscaler. */
export const replicasManager = 'poc-deployer-replicas';

/** @returns the fields' managers with kubectl's part given to this tool, or undefined when kubectl has none. */
export function upgradeManagedFields(
  live: KubernetesObject,
  now: Date,
  manager: string = fieldManager,
): ManagedFields[] | undefined {
  const entries = managedFieldsOf(live);
  const kubectls = entries.filter((entry) => isUpgraded(entry, live));
  if (kubectls.length === 0) return undefined;
  const isOurs = isAppliedBy(manager);
  const ours = entries.filter(isOurs);
  const all = [...ours, ...kubectls].map(({ fieldsV1 = {} }) => fieldsV1);
  const fold: ManagedFields = {
    manager,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    fieldsType: 'FieldsV1',
    fieldsV1: all.reduce(union),
  };
  return [...entries.filter((entry) => !kubectls.includes(entry) && !isOurs(entry)), fold];
}

/** Reports whether an entry is kubectl's, of an object, so that what it owns becomes this tool's. */
export function isUpgraded({ manager = '', subresource, apiVersion }: ManagedFields, live: KubernetesObject): boolean {
  return subresource === undefined && apiVersion === live.apiVersion && upgradedManagers.includes(manager);
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

function union(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const own = all[key];
    all[key] = isMap(own) && isMap(value) ? union(own, value) : value;
  }
  return all;
}
