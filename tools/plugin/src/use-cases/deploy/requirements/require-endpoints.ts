import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { acceptedDowntime } from '../../../model/manifests/rules/downtime/downtime-exceptions.ts';
import type { DowntimeRisk } from '../../../model/manifests/rules/downtime/downtime-risk.ts';
import { lostEndpoints, type LostEndpoint } from '../../../model/manifests/rules/downtime/lost-endpoints.ts';
import { downtimeRefusal } from '../../../model/manifests/rules/downtime/no-downtime.ts';
import { changesVersionOnly } from '../../../model/observe/change-summary.ts';
import type { Cluster, Plan } from '../../../ports/cluster.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { newestSucceeded } from '../decide-deploy.ts';
import type { DeployTarget } from '../plan-deploy.ts';

const inTwoSteps =
  'Release it in two steps: first pods that have the old label or port beside the new one, then the Service; the release after that may take the old one away. Or add --allow-downtime (that is recorded).';

/**
 * Makes sure that Services find pods at every moment of a deploy, by what runs according to the records.
 * @returns the risks that are taken: with the workload's reason, or with the option.
 * @throws {Refusal} when a Service and the pods behind it change so that for a while it would find none.
 */
export async function requireEndpoints(
  { service, environment, allowDowntime }: Pick<DeployTarget, 'service' | 'environment' | 'allowDowntime'>,
  objects: readonly KubernetesObject[],
  { cluster, plan }: { readonly cluster: Cluster; readonly plan: Plan },
  reporter: Reporter,
): Promise<readonly DowntimeRisk[]> {
  const isChanged = plan.changes.some(
    (change) => change.kind === 'Service' && change.action === 'configured' && !changesVersionOnly(change),
  );
  if (!isChanged) return [];
  const running = newestSucceeded(await cluster.records(service.name));
  const risks = lostEndpoints(running?.manifests ?? [], objects).map(riskOf);
  if (allowDowntime !== true && risks.some(({ severity }) => severity === 'refuse'))
    throw downtimeRefusal(service.name, environment.name, risks, inTwoSteps);
  for (const { line } of risks) reporter.warn(`${environment.name}: ${line}`);
  return risks;
}

function riskOf({ field, line, workload }: LostEndpoint): DowntimeRisk {
  const accepted = acceptedDowntime(workload);
  const risk = { object: describeObject(workload), field, reason: line, stake: 'requests' as const };
  if (accepted === undefined) return { ...risk, severity: 'refuse', line };
  return { ...risk, severity: 'warn', line: `${line} Accepted: ${accepted}`, accepted };
}
