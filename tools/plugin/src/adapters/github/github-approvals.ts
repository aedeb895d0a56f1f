import { nameOf } from '../../model/ci/ci-run.ts';
import type { ApprovalFacts, ApprovalReview } from '../../model/deploy/approval.ts';
import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import type { GitHubRun } from '../../model/forge/run-at-forge.ts';
import type { RunApprovals } from '../../ports/approvals.ts';
import { isHttpError } from './api-failure.ts';
import { GitHubRepository, type Request } from './github-repository.ts';
import { usualPace, type Client } from './octokit.ts';

/** Types of accounts behind which there is a person, by GitHub's description of a user. */
const people = ['User'];
/** A run waits when another of its jobs does. */
const goingOn = ['in_progress', 'queued', 'waiting', 'pending', 'requested'];

/** The approvals of a run of GitHub Actions. */
export class GitHubApprovals implements RunApprovals {
  readonly forge = 'GitHub';
  readonly witness = 'github-review';
  private readonly access: ForgeAccess;
  private readonly run: GitHubRun;
  private readonly repository: GitHubRepository;
  private readonly asked = new Map<string, Promise<ApprovalFacts>>();

  constructor(access: ForgeAccess, run: GitHubRun, pace = usualPace) {
    this.access = access;
    this.run = run;
    this.repository = new GitHubRepository(access, pace);
  }

  setupOf(environment: string): string {
    const { host, owner, name } = this.access.repository;
    return `Give it required reviewers, at https://${host}/${owner}/${name}/settings/environments: environment "${environment}".`;
  }

  factsOf(environment: string): Promise<ApprovalFacts> {
    const known = this.asked.get(environment) ?? this.ask(environment);
    this.asked.set(environment, known);
    return known;
  }

  private ask(environment: string): Promise<ApprovalFacts> {
    const doing = `ask GitHub who approved of run ${this.run.id} for ${environment}`;
    return this.repository.carryOut({ doing, permission: 'actions: read' }, async (octokit, of) => {
      const run = { ...of, run_id: this.run.id };
      // At once: each costs as much as all of them.
      const [guard, otherRun, { data: reviews }] = await Promise.all([
        guardOf(octokit, of, environment),
        this.otherRun(octokit, of),
        octokit.rest.actions.getReviewsForRun(run).catch(emptyWhereMissing),
      ]);
      const isMeant = ({ name }: { name?: string }) => name?.toLowerCase() === environment.toLowerCase();
      return {
        ...guard,
        otherRun,
        reviews: reviews.filter(({ environments }) => environments.some(isMeant)).flatMap(reviewOf),
      };
    });
  }

  /** Says why the variables name another run than one that goes on. */
  private async otherRun(octokit: Client, of: Request): Promise<string | undefined> {
    const { id, attempt } = this.run;
    const { data } = await octokit.rest.actions
      .getWorkflowRun({ ...of, run_id: id, exclude_pull_requests: true })
      .catch((error: unknown) => {
        if (isHttpError(error) && error.status === 404) return { data: undefined };
        throw error;
      });
    if (data === undefined) return `there is no run ${id} in this repository`;
    if (!goingOn.includes(data.status ?? '')) return `run ${id} is over (${data.status ?? 'no status'})`;
    const current = data.run_attempt ?? 1;
    return current === attempt ? undefined : `run ${id} is in its attempt ${current}, not in ${attempt}`;
  }
}

/** Names are compared in lower case, as GitHub does. */
async function guardOf(
  octokit: Client,
  of: Request,
  environment: string,
): Promise<Pick<ApprovalFacts, 'environment' | 'allowsSelfReview'>> {
  try {
    const { data } = await octokit.rest.repos.getEnvironment({ ...of, environment_name: environment });
    const rule = data.protection_rules?.find(({ type }) => type === 'required_reviewers');
    const reviewers = rule && 'reviewers' in rule ? (rule.reviewers ?? []) : [];
    if (!rule || reviewers.length === 0) return { environment: 'open', allowsSelfReview: true };
    const isPrevented = 'prevent_self_review' in rule && rule.prevent_self_review === true;
    return { environment: 'reviewed', allowsSelfReview: !isPrevented };
  } catch (error) {
    if (isHttpError(error) && error.status === 404) return { environment: 'missing', allowsSelfReview: true };
    throw error;
  }
}

interface Review {
  readonly state: string;
  readonly user: { readonly login?: string; readonly type?: string } | null;
}

function reviewOf({ state, user }: Review): ApprovalReview[] {
  const name = nameOf(user?.login);
  if (name === undefined || (state !== 'approved' && state !== 'rejected')) return [];
  return [{ name, isPerson: people.includes(user?.type ?? ''), isApproved: state === 'approved' }];
}

/** Of a run that there is not, nobody approved; whether there is one is asked besides. */
function emptyWhereMissing(error: unknown): { readonly data: [] } {
  if (isHttpError(error) && error.status === 404) return { data: [] };
  throw error;
}
