import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';

/**
 * Lets nothing into a protected environment that nobody approved of. Going back needs no approval: what is gone back to
 * was approved before.
 * @param doing what is asked for, as a clause: `deploy orders to prod`.
 * @param approvedBy a person, or the gate of a CI.
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
    reason: `${name} is protected, and nobody has approved of this.`,
    remedy:
      'Give --approve; who did is recorded. In a CI that counts only in a job behind a gate of its own (an environment with approvers), which names it in the variable POC_APPROVAL_GATE.',
  });
}
