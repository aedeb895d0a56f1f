import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import type { FieldWriter } from '../../../model/observe/field-writers.ts';
import { describeSteps } from './field-steps.ts';
import { fieldsOf, isDeployers, managedFieldsOf, type FieldSteps, type IsUpgraded } from './managed-fields.ts';

/** The field in which kubectl keeps its own last manifest. */
const bookkeeping = 'f:kubectl.kubernetes.io/last-applied-configuration';

/**
 * Returns who else deployed an object: kubectl, Helm and their like. Controllers, and people who scale or restart, are not
 * among them.
 * @param isUpgraded chooses those whose part becomes this tool's.
 */
export function fieldWriters(live: KubernetesObject, isUpgraded: IsUpgraded): FieldWriter[] {
  return managedFieldsOf(live)
    .filter((entry) => isDeployers(entry, live))
    .flatMap((entry) => {
      const fields = leavesOf(fieldsOf(entry), []);
      if (fields.length === 0) return [];
      const places = [...new Set(fields.map((steps) => describeSteps(steps.slice(0, 2))))];
      const { manager = 'another' } = entry;
      return [{ manager, places, fields: fields.length, isTakenOver: isUpgraded(entry, live) }];
    });
}

function leavesOf(fields: unknown, steps: FieldSteps): FieldSteps[] {
  const inside = isMap(fields) ? Object.entries(fields).filter(([step]) => step !== '.' && step !== bookkeeping) : [];
  // A map that says nothing but that it is there belongs to whom its fields belong to.
  const isEmpty = isMap(fields) && Object.keys(fields).length === 0;
  if (inside.length === 0) return isEmpty && steps.length > 0 ? [steps] : [];
  return inside.flatMap(([step, node]) => leavesOf(node, [...steps, step]));
}
