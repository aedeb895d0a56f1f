import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';

/**
 * Requires an approval for what changes a protected environment. Rolling back needs none: it goes
 * only to what succeeded there, which was approved then.
 * @param doing what is asked for, as a clause: `deploy orders to prod`.
 * @param approvedBy who is said to: a person, or the gate of a CI. `confirmApproval` asks whether that is so.
 * @throws {Refusal}
 */
export function requireApproval(
  doing: string,
  { name, protected: isProtected }: Pick<Environment, 'name' | 'protected'>,
  approvedBy: string | undefined,
): void {
  if (!isProtected || approvedBy !== undefined) return;
  throw new Refusal({
    type: 'approval-needed',
    doing,
    reason: `${name} is protected and this deployment is not approved.`,
    remedy:
      'Pass `--approve` (recorded with the account of your token in the cluster). In CI, run the job in an environment with required reviewers and name it in POC_APPROVAL_GATE.',
  });
}
