import { fieldAt, isMap, listAt } from '../manifests/source/object-fields.ts';
import { archLabel, type ClusterNode, type Taint } from './cluster-node.ts';

/** Labels of a node; undefined for one of which it is not known whether a node has it. */
type LabelOf = (key: string) => { readonly value: string | undefined } | undefined;

/** Names that two labels had in old clusters. */
const oldNames: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
};

/** Taints by which the cluster says how a node is at the moment. */
const momentary = /^node\.(cloudprovider\.)?kubernetes\.io\//;

/**
 * Reports whether the scheduler may put a pod on a node, by `nodeSelector`, required node affinity, tolerations, and whether
 * the node takes pods at all. @param template of the pod.
 */
export function mayComeTo(template: unknown, node: ClusterNode): boolean {
  if (node.isCordoned) return false;
  const labelOf: LabelOf = (key) => ({ value: node.labels[key] });
  return selects(template, labelOf) && node.taints.every((taint) => isTolerated(taint, template));
}

/** Reports whether a pod may come to nodes that have these labels, whatever others they have. */
export function mayComeToNodesWith(template: unknown, labels: Readonly<Record<string, string>>): boolean {
  return selects(template, (key) => {
    const value = labels[oldNames[key] ?? key];
    return value === undefined ? undefined : { value };
  });
}

function selects(template: unknown, labelOf: LabelOf): boolean {
  const selector = fieldAt(template, 'spec', 'nodeSelector');
  const wanted = isMap(selector) ? Object.entries(selector) : [];
  const isSelected = wanted.every(([key, value]) => {
    const label = labelOf(key);
    return label === undefined || label.value === value;
  });
  if (!isSelected) return false;
  const affinity = ['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  const terms = listAt(template, ...affinity, 'nodeSelectorTerms');
  return terms.length === 0 || terms.some((term) => listAt(term, 'matchExpressions').every((e) => holds(e, labelOf)));
}

function holds({ key, operator, values }: Record<string, unknown>, labelOf: LabelOf): boolean {
  const label = labelOf(String(key));
  if (label === undefined) return true;
  const { value } = label;
  const listed: readonly unknown[] = Array.isArray(values) ? values : [];
  switch (operator) {
    case 'In':
      return value !== undefined && listed.includes(value);
    case 'NotIn':
      return value === undefined || !listed.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(listed[0]);
    case 'Lt':
      return Number(value) < Number(listed[0]);
    default:
      return true;
  }
}

function isTolerated(taint: Taint, template: unknown): boolean {
  if (taint.effect === 'PreferNoSchedule' || momentary.test(taint.key)) return true;
  // GKE taints nodes of another processor, and itself gives the toleration to pods that select it.
  if (taint.key === archLabel && selectsArchitecture(template)) return true;
  return listAt(template, 'spec', 'tolerations').some(
    ({ key = '', operator = 'Equal', value = '', effect = '' }) =>
      (effect === '' || effect === taint.effect) &&
      (operator === 'Exists' ? key === '' || key === taint.key : key === taint.key && value === (taint.value ?? '')),
  );
}

function selectsArchitecture(template: unknown): boolean {
  return !['amd64', 'arm64'].every((architecture) => mayComeToNodesWith(template, { [archLabel]: architecture }));
}
