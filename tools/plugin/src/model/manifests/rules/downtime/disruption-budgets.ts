import { describeObject, type KubernetesObject } from '../../kubernetes-object.ts';
import { fieldAt } from '../../source/object-fields.ts';
import type { Note } from './downtime-risk.ts';
import { leastPodsOf } from './least-pods.ts';
import { podTemplateOf } from '../pod-templates.ts';
import { selects } from '../selectors.ts';
import { isZero, shown } from '../shown-value.ts';

/** Checks that draining a node does not end all pods at once. */
export function checkDisruptions(workload: KubernetesObject, objects: readonly KubernetesObject[], note: Note): void {
  if (workload.kind === 'DaemonSet') return;
  if (budgetsOf(workload, objects).length === 0)
    note('refuse', 'PodDisruptionBudget', 'none selects its pods, so draining a node may end all of them at once.', {
      path: [],
    });
  checkLimits(workload, objects, note);
}

function budgetsOf(workload: KubernetesObject, objects: readonly KubernetesObject[]): KubernetesObject[] {
  const labels = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  return objects.filter(
    (object) => object.kind === 'PodDisruptionBudget' && selects(fieldAt(object, 'spec', 'selector'), labels),
  );
}

/** Warns of budgets that let no pod go. */
export function checkLimits(workload: KubernetesObject, objects: readonly KubernetesObject[], note: Note): void {
  const pods = leastPodsOf(workload, objects).count;
  for (const budget of budgetsOf(workload, objects)) {
    for (const field of ['minAvailable', 'maxUnavailable']) {
      const limit = fieldAt(budget, 'spec', field);
      if (limit === undefined || !letsNoPodGo(field, limit, pods)) continue;
      const number = typeof pods === 'number' ? ` with ${pods} ${pods === 1 ? 'pod' : 'pods'}` : '';
      const reason = `it is ${shown(limit)}${number}, which lets no pod go, so a node under it can never be drained.`;
      note('warn', `spec.${field} of ${describeObject(budget)}`, reason, { object: budget, path: ['spec', field] });
    }
  }
}

/**
 * Reports whether a budget's limit forbids every eviction. Kubernetes rounds percentages up, of pods that stay or
 * that go.
 */
function letsNoPodGo(field: string, limit: unknown, pods: unknown): boolean {
  if (field === 'maxUnavailable') return isZero(limit);
  const percent = typeof limit === 'string' ? /^(\d+)%$/.exec(limit)?.[1] : undefined;
  if (percent !== undefined && Number(percent) >= 100) return true;
  // Of a service that is switched off there is nothing to evict.
  if (typeof pods !== 'number' || pods === 0) return false;
  return percent === undefined
    ? typeof limit === 'number' && limit >= pods
    : Math.ceil((Number(percent) * pods) / 100) >= pods;
}
