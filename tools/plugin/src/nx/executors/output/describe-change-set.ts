import { describeFieldChange } from '../../../model/observe/field-changes.ts';
import type { Change } from '../../../ports/cluster.ts';

/** Lines that tell what would change, object by object and field by field. */
export function describeChangeSet(changes: readonly (Change & { readonly namespace?: string })[]): string[] {
  return changes.flatMap(({ kind, name, namespace, action, takenOver = [], fields = [] }) => [
    `  ${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`} ${action}`,
    ...fields.map((field) => `    ${describeFieldChange(field)}`),
    ...takenOver.map((field) => `    takes over ${field}`),
  ]);
}
