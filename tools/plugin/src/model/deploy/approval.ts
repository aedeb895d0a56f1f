/**
 * The witness that names those who approved. `github-review`: GitHub, of the reviews of a run. `azure-check`: Azure DevOps,
 * of the checks of a run. `cluster-identity`: the cluster, of the token that deploys. `claim`: nobody but who deployed.
 */
export type ApprovalWitness = 'github-review' | 'azure-check' | 'cluster-identity' | 'claim';

/** An approval of a change to a protected environment, as a fact where there is a witness of it. */
export interface Approval {
  /** People by the names that the witness gives them, at least one; of a claim, the person or the gate that was named. */
  readonly names: readonly string[];
  readonly by: ApprovalWitness;
}

const witnesses: Readonly<Record<ApprovalWitness, string>> = {
  'github-review': 'review of the run at GitHub',
  'azure-check': 'approval of the run at Azure DevOps',
  'cluster-identity': 'account in the cluster',
  claim: 'not confirmed',
};

/** Returns who approved, and what that is based on: `alice, bob (review of the run at GitHub)`. */
export function describeApproval({ names, by }: Approval): string {
  return `${names.join(', ')} (${witnesses[by]})`;
}

/** The facts that a forge has of a run that was to be approved, and of the environment that it was to be approved for. */
export interface ApprovalFacts {
  /** `missing`: the forge has no environment of this name. `open`: everybody's job gets into it unseen. */
  readonly environment: 'missing' | 'open' | 'reviewed';
  /** True where who starts a run may approve of it, too. */
  readonly allowsSelfReview: boolean;
  /** Why this is not the run that goes on now, as a clause; undefined while it is. */
  readonly otherRun: string | undefined;
  /** Reviews of the run for this environment, in the forge's order. */
  readonly reviews: readonly ApprovalReview[];
}

/** A verdict on a run for an environment. */
export interface ApprovalReview {
  readonly name: string;
  /** False for an app and the like. */
  readonly isPerson: boolean;
  readonly isApproved: boolean;
}

/** The conclusion from the facts. */
export type ApprovalJudgement =
  | { readonly state: 'approved'; readonly names: readonly string[] }
  /** The environment lets in what nobody looked at. */
  | { readonly state: 'unguarded'; readonly reason: string }
  | { readonly state: 'not-approved'; readonly reason: string };

/** Judges whether people approved. @param environment its name at the forge. @param forge its name: `GitHub`. */
export function judgeApproval(facts: ApprovalFacts, environment: string, forge: string): ApprovalJudgement {
  if (facts.environment === 'missing')
    return { state: 'unguarded', reason: `${forge} has no environment "${environment}".` };
  if (facts.environment === 'open')
    return { state: 'unguarded', reason: `The environment "${environment}" at ${forge} has no required approvers.` };
  if (facts.otherRun !== undefined) return { state: 'not-approved', reason: `${forge} says that ${facts.otherRun}.` };
  const approving = facts.reviews.filter(({ isApproved }) => isApproved);
  const names = unique(approving.filter(({ isPerson }) => isPerson));
  if (names.length > 0) return { state: 'approved', names };
  const others = [
    ...unique(approving).map((name) => `${name}, which is no person, approved`),
    ...unique(facts.reviews.filter(({ isApproved }) => !isApproved)).map((name) => `${name} rejected it`),
  ];
  const said = others.length > 0 ? ` (${others.join('; ')})` : '';
  return {
    state: 'not-approved',
    reason: `${forge} has no approval of this run by a person for "${environment}"${said}.`,
  };
}

function unique(reviews: readonly ApprovalReview[]): string[] {
  return [...new Set(reviews.map(({ name }) => name))];
}
