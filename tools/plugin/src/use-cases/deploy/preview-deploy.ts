import type { ChangeSet } from '../../ports/cluster.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { decide, canaryOf, type DeployOptions, type DeployResult } from './deploy.ts';
import { approvableDeploy } from './deploy-work.ts';
import { tellSupply } from './image-supply.ts';
import { planVerified } from './plan-verified.ts';
import type { DeploymentMark } from './lock-service.ts';
import type { DeployTarget } from './plan-deploy.ts';
import type { ApprovablePlan } from './requirements/approval.ts';
import { tellPlanned } from './rollout/rollout-publication.ts';
import { foretellChanges } from './warn-of-changes.ts';

/** The predicted result of a deploy. */
export interface DeployPreview {
  readonly changes: ChangeSet;
  /** The plan that needs an approval, in a protected environment. */
  readonly plan?: ApprovablePlan;
  /** The newest deployment before it was planned. */
  readonly plannedAfter?: DeploymentMark | undefined;
  /** Why nothing would be deployed to a protected environment. */
  readonly result?: Exclude<DeployResult, { state: 'deployed' }>;
}

/** Verifies a release, and tells what deploying it would do. Changes nothing. @throws {Refusal} what a deploy refuses. */
export async function previewDeploy(
  target: DeployTarget,
  options: DeployOptions,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeployPreview> {
  const { plan, publication, supply } = await planVerified(target, options, ports, reporter);
  const { service, environment } = target;
  tellSupply(supply, environment, reporter);
  tellPlanned(publication, environment, reporter);
  const { changes } = plan;
  foretellChanges(environment.name, changes, reporter);
  const isPlanShown = environment.protected || options.wantsPlan === true;
  if (!isPlanShown && !options.canary) return { changes };
  const records = await plan.cluster.records(service.name);
  if (options.canary) await canaryOf(target, plan, { canary: options.canary, records }, ports);
  if (!isPlanShown) return { changes };
  const planned = { target, options, plan, publication, ports };
  const { decision, precedence } = await decide(planned, records, reporter);
  if (decision.state === 'deploy')
    return { changes, plan: approvableDeploy(planned, records), plannedAfter: plan.plannedAfter };
  return {
    changes,
    result: decision.state === 'superseded' ? { ...decision, commits: precedence?.commits } : decision,
  };
}
