import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { approveCommand, showCommand } from '../../../model/plan/approve-command.ts';
import { PlanId } from '../../../model/plan/plan-id.ts';
import type { PlannedWork } from '../../../model/plan/planned-work.ts';
import type { ChangeSet } from '../../../ports/cluster.ts';

/** A plan that somebody may approve of, as it is shown. */
export interface ApprovablePlan {
  readonly id: PlanId;
  readonly work: PlannedWork;
  /** By object and field. */
  readonly changes: ChangeSet;
  /** Lines on what is published. */
  readonly notes: readonly string[];
}

/** The plans that were approved of, or a way to ask. */
export interface PlanApproval {
  /** The plans that were looked at before. */
  readonly plans: readonly PlanId[];
  /** Shows a plan and asks a person for an answer; undefined where none can be asked. */
  readonly ask: ((plan: ApprovablePlan) => Promise<boolean>) | undefined;
}

/** The approval of a command. */
export interface Approved {
  /** A person, or the gate of a CI. */
  readonly approvedBy: string | undefined;
  readonly approvedPlans?: PlanApproval | undefined;
}

/**
 * Requires an approval for what changes a protected environment: of which plan, is asked when there is one. Rolling back
 * needs none: it goes only to what succeeded there, which was approved then.
 * @param doing what is asked for, as a clause: `deploy orders to prod`.
 * `confirmApproval` asks who it was that approved.
 * @throws {Refusal}
 */
export function requireApproval(
  doing: string,
  { name, protected: isProtected }: Pick<Environment, 'name' | 'protected'>,
  { approvedBy, approvedPlans }: Approved,
): void {
  if (!isProtected) return;
  const look = 'Look at the plan with `--dry-run`, then run the command that it shows, with `--approve=ID`.';
  if (approvedBy === undefined || approvedPlans === undefined) {
    throw new Refusal({
      type: 'approval-needed',
      doing,
      reason: `${name} is protected and this deployment is not approved.`,
      remedy: `${look} The account of your token in the cluster is recorded. In CI, run that in an environment with required reviewers and name it in POC_APPROVAL_GATE.`,
    });
  }
  if (approvedPlans.plans.length > 0 || approvedPlans.ask) return;
  throw new Refusal({
    type: 'approval-needed',
    doing,
    reason: `${name} is protected, and \`--approve\` names no plan. There is no terminal to ask at.`,
    remedy: look,
  });
}

/**
 * Shows a plan to whoever can be asked, if no plan was named.
 * @returns the approval, of that plan alone. @throws {Refusal} when the answer is no.
 */
export async function askApproval(
  doing: string,
  approvedPlans: PlanApproval,
  plan: () => Promise<ApprovablePlan | undefined>,
): Promise<PlanApproval> {
  if (approvedPlans.plans.length > 0 || !approvedPlans.ask) return approvedPlans;
  const shown = await plan();
  if (!shown) return approvedPlans;
  if (await approvedPlans.ask(shown)) return { plans: [shown.id], ask: undefined };
  throw new Refusal({
    type: 'not-approved',
    doing,
    reason: `The plan ${shown.id} was not approved.`,
    remedy: `An approver can type \`${approveCommand(shown.work, shown.id)}\`.`,
  });
}

/** Requires that what would be done now is a plan that was approved of. @throws {Refusal} when it is another one. */
export function requirePlan(doing: string, work: PlannedWork, { plans }: PlanApproval): void {
  const id = PlanId.of(work);
  if (plans.some((each) => each.equals(id))) return;
  const shown = plans.slice(0, 3).map((each) => `${each}`);
  const given = [...shown, ...(plans.length > 3 ? [`${plans.length - 3} more`] : [])].join(', ');
  const what = work.build === undefined ? `commit ${work.commit.slice(0, 12)}` : work.build;
  const before = work.replaces === undefined ? '' : ` in place of ${work.replaces}`;
  throw new Refusal({
    type: 'plan-changed',
    doing,
    reason: `${given === '' ? 'No plan is approved' : `Approved was ${given}`}; now it would be ${id} (${what}${before}, ${countOf(work)}). Something has changed since, or it is the plan of something else.`,
    remedy: `Look at it with \`${showCommand(work)}\`, and approve of what that shows.`,
  });
}

function countOf({ differences }: PlannedWork): string {
  const count = differences.filter(({ action }) => action !== 'unchanged').length;
  return count === 1 ? '1 object differs' : `${count} objects differ`;
}
