import type { Environment } from '../../../model/environment/environment.ts';
import type { Release } from '../../../model/release/release.ts';
import type { DeployPreview } from '../../../use-cases/deploy/preview-deploy.ts';
import type { ApprovablePlan } from '../../../use-cases/deploy/requirements/approval.ts';
import { describeChangeSet } from '../../../use-cases/deploy/rollout/roll-out.ts';
import { describeDeploy } from './describe-deploy.ts';
import { approvalLine } from './describe-plan.ts';
import type { Terminal } from './terminal.ts';

/** Returns lines with what a deploy would come to, and how it is approved. */
export function describePreview(
  { service, release, verb }: { readonly service: string; readonly release: Release; readonly verb: string },
  environment: Environment,
  { changes, plan, result, terminal }: DeployPreview & { readonly terminal: Terminal },
): string[] {
  if (result && result.state !== 'unchanged')
    return [`dry run: ${describeDeploy({ service, release }, environment, result, terminal)}`];
  const what = `would ${verb} ${release.buildNumber} to ${environment.name}: ${describeChangeSet(changes)}`;
  return [`${service}: dry run: ${what}`, ...plansOf({ plan }).map(approvalLine)];
}

/** Returns the plan of a preview, if somebody has to approve of one. */
export function plansOf({ plan }: { readonly plan?: ApprovablePlan | undefined }): ApprovablePlan[] {
  return plan ? [plan] : [];
}
