import { describeApproval, judgeApproval, type Approval } from '../../../model/deploy/approval.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { RunApprovals } from '../../../ports/approvals.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { requireApproval, type Approved } from './approval.ts';

/** A change that is to be approved. */
export interface ApprovableChange {
  /** As a clause: `deploy orders to prod`. */
  readonly doing: string;
  readonly environment: Pick<Environment, 'name' | 'protected'>;
  /** The plans that were approved, and the approver that is claimed: who typed `--approve`, or the gate of a CI. */
  readonly approved: Approved;
  /** The account of the token that makes the change, by the word of its cluster; undefined where that does not say. */
  identity(): Promise<string | undefined>;
}

/**
 * Finds out who approved of a change to a protected environment, from whoever knows it: the forge that runs this, or the
 * cluster. What variables say is a claim, and believed only where there is nobody to ask.
 * @returns undefined for an environment that is not protected. `sayApproval` says the rest once the plan is approved of.
 * @throws {Refusal} where it is not approved, or the forge is not known to say that it is.
 */
export async function confirmApproval(
  change: ApprovableChange,
  ports: Pick<ReleasePorts, 'approvals'>,
  reporter: Reporter,
): Promise<Approval | undefined> {
  const { doing, environment, approved, identity } = change;
  const { approvedBy: claimed } = approved;
  requireApproval(doing, environment, approved);
  if (!environment.protected || claimed === undefined) return undefined;
  const source = await ports.approvals();
  switch (source.kind) {
    case 'cut-off':
      throw unconfirmed(doing, source.reason, source.remedy);
    case 'forge':
      return reviewed({ doing, name: environment.name }, source.run, reporter);
    case 'terminal': {
      const account = await identity();
      const approval = account === undefined ? undefined : ({ names: [account], by: 'cluster-identity' } as const);
      return approval ?? { names: [claimed], by: 'claim' };
    }
    case 'nowhere':
      reporter.warn(`the approval by "${claimed}" cannot be confirmed; it is recorded as a claim`);
      return { names: [claimed], by: 'claim' };
  }
}

/** Returns the approval that a forge knows of. @throws {Refusal} */
async function reviewed(
  { doing, name }: { readonly doing: string; readonly name: string },
  run: RunApprovals,
  reporter: Reporter,
): Promise<Approval> {
  const facts = await run.factsOf(name).catch((error: unknown) => {
    if (!(error instanceof ProductError)) throw error;
    const { reason, remedy, evidence } = error.facts;
    throw unconfirmed(doing, reason, remedy, evidence);
  });
  const judged = judgeApproval(facts, name, run.forge);
  switch (judged.state) {
    case 'approved':
      if (facts.allowsSelfReview)
        reporter.warn(`${name}: at ${run.forge}, people may approve what they started themselves`);
      return { names: judged.names, by: run.witness };
    case 'unguarded':
      throw new Refusal({ type: 'no-approvers', doing, reason: judged.reason, remedy: run.setupOf(name) });
    case 'not-approved':
      throw unconfirmed(
        doing,
        judged.reason,
        `Have a person approve of the run for "${name}" there, and run it again.`,
      );
  }
}

/** Says who approved, once a plan is: a person at a terminal has not answered before. */
export function sayApproval(approval: Approval | undefined, reporter: Reporter): void {
  if (approval) reporter.step(`approved by ${describeApproval(approval)}`);
}

function unconfirmed(doing: string, reason: string, remedy: string, evidence?: readonly string[]): Refusal {
  return new Refusal({
    type: 'approval-unconfirmed',
    doing,
    reason: `The approval is not confirmed: ${reason}`,
    remedy,
    ...(evidence ? { evidence } : {}),
  });
}
