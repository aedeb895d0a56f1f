import type { Approved } from '../../../use-cases/deploy/requirements/approval.ts';
import type { ApproveChoice } from './approve-option.ts';
import { approvedBy } from './approved-by.ts';
import { planApprovalOf } from './plan-approval-of.ts';

/** Returns what `--approve` says, as use cases take it: by whom, and which plans. */
export function approvedWith(choice: ApproveChoice | undefined, env: NodeJS.ProcessEnv): Approved {
  return { approvedBy: approvedBy(choice !== undefined, env), approvedPlans: planApprovalOf(choice, env) };
}
