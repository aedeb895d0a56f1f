import type { FieldDrift, ObjectDrift } from './drift.ts';
import { formatTimestamp } from '../text/timestamp.ts';

/**
 * Returns the drift of an object, a line for each field: `Deployment orders: spec.replicas: 2 → 5, by kubectl-edit`.
 */
export function describeObjectDrift({ kind, name, state, fields }: ObjectDrift): string[] {
  if (state === 'missing') return [`${kind} ${name} is gone`];
  return fields.map((field) => `${kind} ${name}: ${describeFieldDrift(field)}`);
}

function describeFieldDrift({ path, applied, live, by, at }: FieldDrift): string {
  const when = at === undefined ? '' : ` ${formatTimestamp(at)}`;
  return `${path}: ${applied ?? '(none)'} → ${live ?? '(none)'}, by ${by}${when}`;
}
