import type { ApprovalFacts } from '../model/deploy/approval.ts';

/** A run of a CI, as the forge knows it that had it approved. */
export interface RunApprovals {
  /** Name of the forge, as its makers write it. */
  readonly forge: string;
  readonly witness: 'github-review' | 'azure-check';
  /** Returns how the environment of that name gets approvers, as an imperative: `Give it required reviewers …`. */
  setupOf(environment: string): string;
  /**
   * Returns what is known of the run's approvals for an environment, and of that environment. Asked once for all services.
   * @throws {Failure} when the forge cannot be asked.
   */
  factsOf(environment: string): Promise<ApprovalFacts>;
}

/**
 * Where it can be asked who approved. `forge`: at the forge that runs this. `cut-off`: there, but it cannot be asked.
 * `nowhere`: a CI runs this that is not known to have approvals. `terminal`: no CI runs this, as far as it says.
 */
export type ApprovalSource =
  | { readonly kind: 'forge'; readonly run: RunApprovals }
  | { readonly kind: 'cut-off'; readonly reason: string; readonly remedy: string }
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'terminal' };
