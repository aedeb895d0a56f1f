import { describeObject, type KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { acceptedDowntime } from '../../model/manifests/rules/downtime/downtime-exceptions.ts';
import type { DowntimeRisk } from '../../model/manifests/rules/downtime/downtime-risk.ts';
import { lostEndpointsGoingBack } from '../../model/manifests/rules/downtime/lost-endpoints.ts';
import { changesVersionOnly } from '../../model/observe/change-summary.ts';
import type { Plan } from '../../ports/cluster.ts';

/** The reason in the record where no manifest gives one. */
const notHeldUp = 'A rollback is not held up by it.';

/**
 * Returns the risks that going back takes, because Services find no pods for a while. Nothing is refused: what is left may
 * be worse than that.
 * @param running objects of the release that runs, by its record.
 */
export function lossesGoingBack(
  running: readonly KubernetesObject[],
  objects: readonly KubernetesObject[],
  plan: Pick<Plan, 'changes'>,
): DowntimeRisk[] {
  const isChanged = plan.changes.some(
    (change) => change.kind === 'Service' && change.action === 'configured' && !changesVersionOnly(change),
  );
  if (!isChanged) return [];
  return lostEndpointsGoingBack(running, objects).map(({ field, line, workload }) => ({
    ...{ severity: 'warn', object: describeObject(workload), field, reason: line, line, stake: 'requests' },
    accepted: acceptedDowntime(workload) ?? notHeldUp,
  }));
}
