import { describeFieldChange } from '../../../model/observe/field-changes.ts';
import type { Change } from '../../../ports/cluster.ts';

/** Lines that tell what would change, object by object and field by field. */
export function describeChangeSet(changes: readonly (Change & { readonly namespace?: string })[]): string[] {
  return changes.flatMap(({ kind, name, namespace, action, takenOver = [], warnings = [], fields = [] }) => [
    `  ${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`} ${action}`,
    ...fields.map((field) => `    ${describeFieldChange(field)}`),
    ...warnings.map((text) => `    the cluster warns: ${text}`),
    ...takenOver.map((field) => `    takes over ${field}`),
  ]);
}
