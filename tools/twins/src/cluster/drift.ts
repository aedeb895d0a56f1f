import type { DeploymentRecord } from '../../../plugin/src/model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { FieldDrift, ObjectDrift } from '../../../plugin/src/model/observe/drift.ts';
import { shownValue } from '../../../plugin/src/model/observe/field-changes.ts';
import type { NamespaceState } from './namespace-state.ts';
import type { ForeignField, StoredObject } from './stored-objects.ts';

/** Returns the objects that are no longer as a deployment left them; none while it goes on. */
export function driftOf(record: DeploymentRecord, { objects, records }: NamespaceState): ObjectDrift[] {
  if (record.outcome === 'running') return [];
  return record.manifests.flatMap((manifest): ObjectDrift[] => {
    if (!records.hasApplied(record, manifest)) return [];
    const what = { kind: manifest.kind, name: manifest.metadata.name };
    const stored = objects.get(manifest);
    if (!stored) return [{ ...what, state: 'missing', fields: [] }];
    const fields = [...stored.foreign.values()].flatMap((field) => fieldDrift(manifest, stored, field));
    return fields.length === 0 ? [] : [{ ...what, state: 'changed', fields }];
  });
}

function fieldDrift(manifest: KubernetesObject, stored: StoredObject, { path, manager }: ForeignField): FieldDrift[] {
  const [applied, live] = [fieldAt(manifest, ...path), fieldAt(stored.live, ...path)];
  const isAdded = applied === undefined && path[0] !== 'metadata' && path[0] !== 'status';
  const isResumed = stored.live.kind === 'CronJob' && path.join('.') === 'spec.suspend' && live === false;
  if (isResumed || (applied === undefined && !isAdded) || JSON.stringify(applied) === JSON.stringify(live)) return [];
  const owner = fieldAt(stored.live, ...path.slice(0, -1));
  const shown = (value: unknown) => (value === undefined ? undefined : shownValue(manifest, path, value, owner));
  return [{ path: path.join('.'), applied: shown(applied), live: shown(live), by: manager, at: undefined }];
}
