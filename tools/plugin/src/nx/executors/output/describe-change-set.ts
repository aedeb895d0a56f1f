import { describeFieldChange } from '../../../model/observe/field-changes.ts';
import { describeFieldWriters } from '../../../model/observe/field-writers.ts';
import type { Change } from '../../../ports/cluster.ts';

/** Lines that tell what would change, object by object and field by field. */
export function describeChangeSet(changes: readonly (Change & { readonly namespace?: string })[]): string[] {
  return changes.flatMap(({ kind, name, namespace, action, takenOver = [], writtenBy = [], ...more }) => [
    `  ${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`} ${action}`,
    ...(more.fields ?? []).map((field) => `    ${describeFieldChange(field)}`),
    ...(more.warnings ?? []).map((text) => `    the cluster warns: ${text}`),
    ...takenOver.map((field) => `    takes over ${field}`),
    ...describeFieldWriters([{ kind, name, writtenBy }]).map((line) => `    ${line}`),
  ]);
}
