import type { KubernetesObject } from '../kubernetes-object.ts';
import { apiGroup, fieldAt, isMap, listAt } from '../source/object-fields.ts';
import { rolloutKinds } from './pod-templates.ts';

/** Reports whether labels are those that a label selector (`matchLabels`, `matchExpressions`) asks for. */
export function selects(selector: unknown, labels: unknown): boolean {
  if (!isMap(selector)) return false;
  const wanted = Object.entries(isMap(selector['matchLabels']) ? selector['matchLabels'] : {});
  const expressions = listAt(selector, 'matchExpressions');
  return (
    wanted.every(([key, value]) => fieldAt(labels, key) === value) &&
    expressions.every((expression) => fits(expression, labels))
  );
}

/** The label selector by which an object takes pods for its own, or undefined for one that takes none. */
export function podSelectorOf(object: KubernetesObject): unknown {
  const selector = fieldAt(object, 'spec', 'selector');
  const group = apiGroup(object);
  // A Service without labels to look for has endpoints that somebody else writes.
  if (group === '' && object.kind === 'Service')
    return isMap(selector) && Object.keys(selector).length > 0 ? { matchLabels: selector } : undefined;
  const takes =
    (group === 'apps' && [...rolloutKinds, 'ReplicaSet'].includes(object.kind)) ||
    (group === 'policy' && object.kind === 'PodDisruptionBudget');
  return takes ? selector : undefined;
}

function fits({ key, operator, values }: Record<string, unknown>, labels: unknown): boolean {
  const value = fieldAt(labels, String(key));
  const among = Array.isArray(values) && values.includes(value);
  if (operator === 'In') return among;
  if (operator === 'NotIn') return !among;
  return operator === 'Exists' ? value !== undefined : value === undefined;
}
