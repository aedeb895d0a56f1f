import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import { typedOverrides, typedReason, withoutActor, type PlannedWork } from '../../model/plan/planned-work.ts';
import type { ServicePublication } from '../facade/service-publication.ts';
import { newestSucceeded } from './decide-deploy.ts';
import type { DeployOptions } from './deploy.ts';
import type { DeployPlan, DeployTarget } from './plan-deploy.ts';
import type { ApprovablePlan } from './requirements/approval.ts';

/** A deploy that was planned, for the work that it is. */
export interface PlannedDeployment {
  readonly target: DeployTarget;
  readonly options: Pick<DeployOptions, 'action' | 'canary' | 'force' | 'from' | 'reason'>;
  readonly plan: DeployPlan;
  readonly publication: ServicePublication | undefined;
}

/** Returns what a deploy would do, of which somebody may approve. @param records of the service there, newest first. */
export function deployWork(
  { target, options, plan, publication }: PlannedDeployment,
  records: readonly DeploymentRecord[],
): PlannedWork {
  const { service, environment, release } = target;
  return {
    action: options.action ?? 'deploy',
    service: service.name,
    environment: environment.name,
    from: options.from?.name,
    build: release.buildNumber.toString(),
    replaces: newestSucceeded(records)?.release.buildNumber.toString(),
    digest: release.imageDigest,
    commit: release.commit,
    contentHash: release.contentHash,
    canary: options.canary,
    differences: plan.changes.map(({ kind, name, action, fields, takenOver }) => ({
      kind,
      name,
      action,
      fields,
      takenOver,
    })),
    objects: [...plan.objects, ...plan.jobs].map(withoutActor),
    publishes: publication?.toPlan() ?? [],
    options: typedOverrides({ ...target, force: options.force }),
    retyped: typedReason(options.reason),
  };
}

/** Returns the same as it is shown. */
export function approvableDeploy(planned: PlannedDeployment, records: readonly DeploymentRecord[]): ApprovablePlan {
  const work = deployWork(planned, records);
  const { plan, publication } = planned;
  return { id: PlanId.of(work), work, changes: plan.changes, notes: publication?.plannedLines() ?? [] };
}
